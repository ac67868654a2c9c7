import { dashed } from '../session/refresh-token.js';

const shape = /^kontor_([0-9a-f]{32})_([A-Za-z0-9_-]{43})$/;

/** `kontor_<id>_<secret>`: easy to find when it has leaked into a repository or a log. */
export const writeApiKey = (id: string, secret: string) => `kontor_${id.replaceAll('-', '')}_${secret}`;

export function readApiKey(text: string): { readonly id: string; readonly secret: string } | null {
  const [, id, secret] = shape.exec(text) ?? [];
  return id && secret ? { id: dashed(id), secret } : null;
}
