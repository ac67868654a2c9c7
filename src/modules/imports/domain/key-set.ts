/** 64 bits of what a key is, and 32 of what it said: two keys that are not the same will not be taken for one among many millions. */
export interface KeyHash {
  readonly high: number;
  readonly low: number;
  readonly content: number;
}

export const hashBytes = 12;

/** A hash that is the same everywhere and always; it guards no secret. */
export function hashOf(key: string, content = ''): KeyHash {
  let h1 = 0xdeadbeef;
  let h2 = 0x41c6ce57;
  for (let i = 0; i < key.length; i += 1) {
    const code = key.charCodeAt(i);
    h1 = Math.imul(h1 ^ code, 2654435761);
    h2 = Math.imul(h2 ^ code, 1597334677);
  }
  h1 = Math.imul(h1 ^ (h1 >>> 16), 2246822507) ^ Math.imul(h2 ^ (h2 >>> 13), 3266489909);
  h2 = Math.imul(h2 ^ (h2 >>> 16), 2246822507) ^ Math.imul(h1 ^ (h1 >>> 13), 3266489909);
  return { high: h1 >>> 0, low: (h2 | 1) >>> 0, content: content === '' ? 0 : hashOf(content).high };
}

/** Keys seen so far, in twelve bytes each: five million rows must not fill the memory. */
export class KeySet {
  private slots = new Uint32Array(3 * 1024);
  private count = 0;

  /** What the key said when it was first seen, or null when it is new; then it is kept. */
  add({ high, low, content }: KeyHash): number | null {
    if (this.count * 10 > (this.slots.length / 3) * 6) this.grow();
    const at = this.find(this.slots, high, low);
    if (this.slots[at + 1] !== 0) return this.slots[at + 2] ?? 0;
    this.slots.set([high, low, content], at);
    this.count += 1;
    return null;
  }

  has({ high, low }: KeyHash): boolean {
    return this.slots[this.find(this.slots, high, low) + 1] !== 0;
  }

  private find(slots: Uint32Array, high: number, low: number): number {
    const capacity = slots.length / 3;
    let slot = (high ^ low) >>> 0;
    for (slot &= capacity - 1; ; slot = (slot + 1) & (capacity - 1)) {
      const at = slot * 3;
      if (slots[at + 1] === 0 || (slots[at] === high && slots[at + 1] === low)) return at;
    }
  }

  private grow(): void {
    const next = new Uint32Array(this.slots.length * 2);
    for (let at = 0; at < this.slots.length; at += 3) {
      const [high = 0, low = 0, content = 0] = this.slots.subarray(at, at + 3);
      if (low !== 0) next.set([high, low, content], this.find(next, high, low));
    }
    this.slots = next;
  }
}

/** Hashes as bytes, and back. */
export function packHashes(hashes: readonly KeyHash[]): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(hashes.length * hashBytes));
  hashes.forEach(({ high, low, content }, i) => {
    bytes.setUint32(i * hashBytes, high);
    bytes.setUint32(i * hashBytes + 4, low);
    bytes.setUint32(i * hashBytes + 8, content);
  });
  return new Uint8Array(bytes.buffer);
}

export function* unpackHashes(packed: Uint8Array): Generator<KeyHash> {
  const bytes = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  for (let at = 0; at + hashBytes <= packed.byteLength; at += hashBytes)
    yield { high: bytes.getUint32(at), low: bytes.getUint32(at + 4), content: bytes.getUint32(at + 8) };
}
