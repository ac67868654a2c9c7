import { hashOf, KeySet, packHashes, unpackHashes, type KeyHash } from './key-set.js';
import { comparable, type Action } from './plan.js';
import type { Mapping, Reference, Source, Step } from './mapping.js';

/** The shape in which rows of a resource are looked up: `account(externalRef)`. */
interface Shape {
  readonly name: string;
  readonly resource: string;
  readonly fields: readonly string[];
}

/** Records a dry run would have made, by every shape in which later rows may look for them. */
export class Made {
  private readonly sets = new Map<string, KeySet>();
  private readonly shapes: readonly Shape[];

  constructor(mapping: Mapping) {
    this.shapes = shapesOf(mapping);
  }

  /** Keeps what the actions would make. Returns it packed, to be read again after a break. */
  note(resource: string, actions: readonly Action[]): Record<string, string> {
    const created = actions.flatMap((action) => (action.kind === 'create' ? [action.row.values] : []));
    if (created.length === 0) return {};
    const packed = this.shapes
      .filter((shape) => shape.resource === resource)
      .map(({ name, fields }) => {
        const hashes = created.map((values) => keyHash(fields.map((field) => comparable(values[field] ?? null))));
        for (const hash of hashes) this.set(name).add(hash);
        return [name, base64(packHashes(hashes))] as const;
      });
    return Object.fromEntries(packed);
  }

  load(packed: Readonly<Record<string, string>>): void {
    for (const [name, bytes] of Object.entries(packed)) for (const hash of unpackHashes(fromBase64(bytes))) this.set(name).add(hash);
  }

  has(shape: string, values: readonly unknown[]): boolean {
    return this.sets.get(shape)?.has(keyHash(values)) ?? false;
  }

  /** An id that stands for a record that was not made: the same for the same key. */
  idOf(shape: string, values: readonly unknown[]): string {
    const one = hashOf(JSON.stringify([shape, values.map(textOf)]));
    const other = hashOf(JSON.stringify([values.map(textOf), shape]));
    const hex = [one.high, one.low, other.high, other.low].map((part) => part.toString(16).padStart(8, '0')).join('');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
  }

  private set(name: string): KeySet {
    const known = this.sets.get(name) ?? new KeySet();
    this.sets.set(name, known);
    return known;
  }
}

/** Whether a value is an id of a record that was not made: those of records are of another version of UUIDs. */
export const isStandIn = (value: unknown): boolean =>
  typeof value === 'string' && /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/.test(value);

const textOf = (value: unknown) =>
  value === null || value === undefined ? null : typeof value === 'string' ? value : JSON.stringify(value);
const keyHash = (values: readonly unknown[]): KeyHash => hashOf(JSON.stringify(values.map(textOf)));
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
const fromBase64 = (text: string): Uint8Array => Buffer.from(text, 'base64');

export const shapeName = (resource: string, fields: readonly string[]): string => `${resource}(${[...fields].sort().join()})`;

/** Every way in which the mapping looks for rows: by keys of steps and by references. */
function shapesOf({ steps }: Mapping): Shape[] {
  const found = new Map<string, Shape>();
  const add = (resource: string, given: readonly string[]) => {
    const fields = [...given].sort();
    const name = shapeName(resource, fields);
    found.set(name, { name, resource, fields });
  };
  const inReference = ({ resource, by }: Reference): void => {
    add(resource, Object.keys(by));
    for (const part of Object.values(by)) if ('by' in part) inReference(part);
  };
  const inSource = (source: Source): void => {
    if ('firstOf' in source) source.firstOf.forEach(inSource);
    else if ('only' in source) inSource(source.source);
    else if ('reference' in source) inReference(source.reference);
  };
  const inStep = ({ resource, key, set }: Step) => {
    if (key.length > 0) add(resource, key);
    Object.values(set).forEach(inSource);
  };
  steps.forEach(inStep);
  return [...found.values()];
}
