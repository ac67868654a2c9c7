/** One thing wrong with one place of a definition; `path` is a JSON pointer. */
export interface Problem {
  readonly path: string;
  readonly code: string;
  readonly message: string;
}
export type Json = Readonly<Record<string, unknown>>;

/** Reads an untrusted definition, noting every problem with its place instead of stopping at the first. */
export class Reading {
  readonly problems: Problem[] = [];

  note(path: string, code: string, message: string): undefined {
    this.problems.push({ path, code, message });
    return undefined;
  }

  object(value: unknown, path: string, allowed: readonly string[]): Json | undefined {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return this.note(path, 'not_an_object', 'must be an object');
    for (const key of Object.keys(value)) {
      if (!allowed.includes(key))
        this.note(`${path}/${escaped(key)}`, 'unknown_field', `is not known here; known are: ${allowed.join(', ')}`);
    }
    return value as Json;
  }

  list(value: unknown, path: string, { min = 1, max }: { min?: number; max: number }): readonly unknown[] | undefined {
    if (!Array.isArray(value)) return this.note(path, 'not_a_list', 'must be a list');
    if (value.length < min) return this.note(path, 'too_few', `needs at least ${min}`);
    if (value.length > max) return this.note(path, 'too_many', `holds at most ${max}`);
    return value as readonly unknown[];
  }

  word<const V extends string>(value: unknown, path: string, values: readonly V[]): V | undefined {
    return values.find((v) => v === value) ?? this.note(path, 'not_allowed', `must be one of: ${values.join(', ')}`);
  }

  text(value: unknown, path: string, { max, pattern }: { max: number; pattern?: RegExp }): string | undefined {
    if (typeof value !== 'string' || value === '') return this.note(path, 'not_a_text', 'must be a text');
    if (value.length > max) return this.note(path, 'too_long', `holds at most ${max} characters`);
    // PostgreSQL stores neither NUL nor half a surrogate pair.
    if (value.includes('\0') || !value.isWellFormed()) return this.note(path, 'not_storable', 'holds a character that cannot be stored');
    if (pattern && !pattern.test(value)) return this.note(path, 'malformed', `does not look like ${pattern.source}`);
    return value;
  }

  integer(value: unknown, path: string, { min, max }: { min: number; max: number }): number | undefined {
    if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value;
    return this.note(path, 'out_of_range', `must be a whole number from ${min} to ${max}`);
  }

  boolean(value: unknown, path: string): boolean | undefined {
    return typeof value === 'boolean' ? value : this.note(path, 'not_a_boolean', 'must be true or false');
  }

  instant(value: unknown, path: string): string | undefined {
    const readable =
      typeof value === 'string' &&
      /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/.test(value) &&
      !Number.isNaN(Date.parse(value));
    return readable ? value : this.note(path, 'not_an_instant', 'must be a point in time such as 2026-03-02T09:00:00Z');
  }

  duration(value: unknown, path: string): string | undefined {
    if (typeof value === 'string' && isDuration(value)) return value;
    return this.note(path, 'not_a_duration', 'must be a duration such as PT30M, P3D or P2W, at most ten years');
  }
}

/** What a reading came to: the value, or everything that is wrong with it. */
export type Outcome<T> = { readonly value: T } | { readonly problems: readonly Problem[] };

const escaped = (key: string) => key.slice(0, 60).replaceAll('~', '~0').replaceAll('/', '~1');

const DURATION = /^P(?=\d|T\d)(?:(\d{1,3})W|(?:(\d{1,4})D)?(?:T(?=\d)(?:(\d{1,4})H)?(?:(\d{1,5})M)?(?:(\d{1,6})S)?)?)$/;

function isDuration(text: string): boolean {
  const match = DURATION.exec(text);
  if (!match) return false;
  return Number(match[1] ?? 0) <= 520 && Number(match[2] ?? 0) <= 3660;
}
