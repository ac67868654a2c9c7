import { invalid } from '#kernel/errors/domain-error.js';

/** Bytes as text, the byte order mark taken off. UTF-8, or UTF-16 when a mark says so; anything else is refused rather than guessed. */
export function decode(fileName: string, bytes: Uint8Array): string {
  const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8';
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    throw invalid(
      'import.encoding_unknown',
      `${fileName}, line ${lineOfFault(bytes)}: the text is not ${encoding.toUpperCase()}. Save the file as UTF-8.`,
    );
  }
}

/** The first line that is not UTF-8. */
function lineOfFault(bytes: Uint8Array): number {
  const reader = new TextDecoder('utf-8', { fatal: true });
  let line = 1;
  for (let start = 0; start < bytes.length; line += 1) {
    const end = bytes.indexOf(10, start);
    try {
      reader.decode(bytes.subarray(start, end === -1 ? bytes.length : end));
    } catch {
      return line;
    }
    if (end === -1) break;
    start = end + 1;
  }
  return line;
}

const delimiters = [',', ';', '\t', '|'] as const;

/** The mark that parts the header into the most columns; a comma when none does. */
export function delimiterOf(text: string): string {
  const header = (/^[^\r\n]*/.exec(text)?.[0] ?? '').replace(/"[^"]*"/g, '');
  const count = (mark: string) => header.split(mark).length;
  return delimiters.reduce((best, mark) => (count(mark) > count(best) ? mark : best));
}
