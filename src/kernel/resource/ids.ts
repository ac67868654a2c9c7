import { randomFillSync } from 'node:crypto';

const pool = Buffer.alloc(8 * 512);
let at = pool.length;

/** Twelve bits that name a resource type inside its ids: FNV-1a of the name, folded. The registry refuses clashes. */
export function typeCode(resourceName: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < resourceName.length; i++) hash = Math.imul(hash ^ resourceName.charCodeAt(i), 0x01000193) >>> 0;
  return (hash ^ (hash >>> 12) ^ (hash >>> 24)) & 0xfff;
}

/** Codes of objects that tenants define: they begin where those of names end, and make ids of version 8 with the same layout. */
export const firstOwnCode = 0x1000;

/** The code inside the ids of a resource's rows. */
export const codeOfResource = ({ name, code }: { readonly name: string; readonly code?: number }): number => code ?? typeCode(name);

/**
 * A UUID version 7 (RFC 9562) whose field rand_a carries the resource type. So an id alone says which table it is
 * from: it is the Relay global id, the REST id and the key, and no encoding is needed anywhere.
 */
export function newId(code: number, now: number = Date.now()): string {
  if (at === pool.length) {
    randomFillSync(pool);
    at = 0;
  }
  const high = ((pool.readUInt32BE(at) & 0x3fffffff) | 0x80000000) >>> 0;
  const low = pool.readUInt32BE(at + 4);
  at += 8;
  const time = now.toString(16).padStart(12, '0');
  const h = high.toString(16);
  return `${time.slice(0, 8)}-${time.slice(8)}-${code < firstOwnCode ? 7 : 8}${(code & 0xfff).toString(16).padStart(3, '0')}-${h.slice(0, 4)}-${h.slice(4)}${low.toString(16).padStart(8, '0')}`;
}

/** The nil UUID (RFC 9562): the id of nothing, and before all others. */
export const nilId = '00000000-0000-0000-0000-000000000000';

const shape = /^[0-9a-f]{8}-[0-9a-f]{4}-[78][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** The type code inside an id, or null when the text is no id of ours. */
export function codeOf(id: string): number | null {
  if (!shape.test(id)) return null;
  return Number.parseInt(id.slice(15, 18), 16) + (id[14] === '8' ? firstOwnCode : 0);
}

export const isUuid = (id: string) => /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(id);
