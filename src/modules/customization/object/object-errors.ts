import { invalid } from '#kernel/errors/domain-error.js';
import type { JsonValue } from '#kernel/pure/json.js';
import type { Labels } from './object-definition.resource.js';

export const keyMalformed = (path: string) =>
  invalid('metadata.key_malformed', 'A key is a word in camel case of 2 to 60 letters and digits: `parkingPermit`.', {
    errors: [{ path, code: 'key_malformed', message: 'is no word in camel case' }],
  });

export const labelErrors = {
  'metadata.key_malformed': 'A key is a word in camel case of 2 to 60 letters and digits.',
  'object_definition.icon_malformed': 'An icon is named by small letters and digits, with `-`, `_` or `:` between.',
  'metadata.labels_unfit': 'Texts by language are written {"de": "…", "en": "…"}.',
} as const;

const icon = /^[a-z0-9]+([:_-][a-z0-9]+)*$/;

/** The name of a picture, as sets of icons have them; null for none. */
export function readIcon(value: string | null | undefined): string | null {
  if (value === null || value === undefined) return null;
  if (icon.test(value)) return value;
  throw invalid(
    'object_definition.icon_malformed',
    'An icon is named by small letters and digits, with `-`, `_` or `:` between: `mdi:file-sign`.',
    {
      errors: [{ path: '/icon', code: 'icon_malformed', message: 'is no name of an icon' }],
    },
  );
}

const language = /^[a-z]{2}$/;

/** A text by language as a client has written it. */
export function readLabels(value: unknown, path: string): Labels {
  const entries =
    typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value as Record<string, JsonValue>) : [];
  const texts = entries.flatMap(([key, text]): [string, string][] =>
    language.test(key) && typeof text === 'string' && text.trim() !== '' && text.length <= 500 ? [[key, text]] : [],
  );
  if (entries.length === 0 || texts.length !== entries.length)
    throw invalid('metadata.labels_unfit', 'Texts by language are written {"de": "…", "en": "…"}, each of at most 500 characters.', {
      errors: [{ path, code: 'labels_unfit', message: 'is no text by language' }],
    });
  return Object.fromEntries(texts);
}
