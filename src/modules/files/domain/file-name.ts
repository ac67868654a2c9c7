const longest = 200;

/**
 * The name a person sees. Only ever shown, never a path: without folders, control characters, and marks that hide or turn what is
 * read (`invoice<RLO>fdp.exe`), and without the dots and spaces at its end that some systems drop.
 */
export function displayName(given: string): string {
  const plain = given
    .normalize('NFC')
    .replace(/\p{Cc}|\p{Cf}|\p{Co}|\p{Cs}|[\u2028\u2029\uFFFD]/gu, '')
    .split(/[/\\]/)
    .at(-1);
  const trimmed = (plain ?? '').replace(/[<>:"|?*]/g, '_').replace(/^\s+|[\s.]+$/g, '');
  if (trimmed === '') return 'file';
  if (trimmed.length <= longest) return trimmed;
  const dot = trimmed.lastIndexOf('.');
  const ending = dot > 0 && trimmed.length - dot <= 10 ? trimmed.slice(dot) : '';
  // Not through the middle of a character.
  return trimmed.slice(0, longest - ending.length).replace(/[\uD800-\uDBFF]$/, '') + ending;
}

export const endingOf = (name: string): string => {
  const dot = name.lastIndexOf('.');
  return dot < 0 ? '' : name.slice(dot + 1).toLowerCase();
};

/** RFC 6266: a plain name for old clients, the whole one for all others. Always an attachment, never shown in place. */
export function attachment(name: string): string {
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  const whole = encodeURIComponent(name).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  return `attachment; filename="${plain}"; filename*=UTF-8''${whole}`;
}
