import { DomainError, invalid } from '../errors/domain-error.js';
import { isStorable } from '../resource/validators.js';

/** `input.not_storable`, which PostgreSQL says of a whole statement, with the place in the input it speaks of. */
export function placeUnstorable(error: unknown, input: unknown): unknown {
  if (!(error instanceof DomainError) || error.code !== 'input.not_storable' || error.details.errors) return error;
  const path = unstorableAt(input, '', 0);
  if (path === null) return error;
  return invalid(error.code, `${error.message} See ${path || '/'}.`, {
    errors: [{ path, code: 'not_storable', message: 'holds NUL or half a surrogate pair' }],
  });
}

const pointer = (key: string) => key.slice(0, 100).replaceAll('~', '~0').replaceAll('/', '~1');

function unstorableAt(value: unknown, path: string, depth: number): string | null {
  if (typeof value === 'string') return isStorable(value) ? null : path;
  if (typeof value !== 'object' || value === null || value instanceof Date || depth > 64) return null;
  for (const [key, inner] of Object.entries(value)) {
    const at = isStorable(key) ? unstorableAt(inner, `${path}/${pointer(key)}`, depth + 1) : path;
    if (at !== null) return at;
  }
  return null;
}
