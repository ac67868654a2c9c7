import { invalid } from '#kernel/errors/domain-error.js';

/** Bytes of a file, part after part; asked for anew for every reading. */
export type Bytes = () => AsyncIterable<Uint8Array>;

const known = new Set([
  'utf-8',
  'utf-16le',
  'utf-16be',
  'windows-1252',
  'iso-8859-1',
  'windows-1250',
  'windows-1251',
  'iso-8859-2',
  'iso-8859-15',
]);
export const encodings: readonly string[] = [...known];

/** The encoding that was named, or else what the bytes look like: a mark, UTF-16 by its zeros, UTF-8 when all of it is, else Windows-1252. */
export async function encodingOf(fileName: string, bytes: Bytes, named?: string): Promise<string> {
  if (named !== undefined) {
    if (!known.has(named))
      throw invalid(
        'import.encoding_unknown',
        `${fileName}: the encoding "${named.slice(0, 40)}" is unknown. Known: ${encodings.join(', ')}.`,
      );
    return named;
  }
  const counts = { first: true, wide: null as string | null, sequences: 0, strays: 0 };
  const validity = new Utf8Validity();
  for await (const part of bytes()) {
    if (counts.first) counts.wide = wideEncoding(part);
    counts.first = false;
    if (counts.wide !== null) return counts.wide;
    validity.feed(part);
  }
  return validity.looksLikeUtf8() ? 'utf-8' : 'windows-1252';
}

/** Byte order marks, or every other byte zero. */
function wideEncoding(part: Uint8Array): string | null {
  if (part[0] === 0xff && part[1] === 0xfe) return 'utf-16le';
  if (part[0] === 0xfe && part[1] === 0xff) return 'utf-16be';
  const sample = part.subarray(0, 400);
  const zeros = (from: number) => sample.filter((byte, i) => i % 2 === from && byte === 0).length;
  if (sample.length < 8) return null;
  if (zeros(1) > sample.length * 0.4 && zeros(0) === 0) return 'utf-16le';
  return zeros(0) > sample.length * 0.4 && zeros(1) === 0 ? 'utf-16be' : null;
}

/** Counts letters of several bytes that are whole, and bytes that belong to none. */
class Utf8Validity {
  private sequences = 0;
  private strays = 0;
  private left = 0;

  feed(part: Uint8Array): void {
    for (const byte of part) {
      if (byte < 0x80 && this.left === 0) continue;
      if (this.left > 0) this.inside(byte);
      else this.begin(byte);
    }
  }

  /** A few broken bytes among many good letters are errors of their lines; none good at all is another encoding. */
  looksLikeUtf8(): boolean {
    const strays = this.strays + (this.left > 0 ? 1 : 0);
    return strays === 0 || this.sequences > strays;
  }

  private inside(byte: number): void {
    if ((byte & 0xc0) === 0x80) {
      this.left -= 1;
      if (this.left === 0) this.sequences += 1;
      return;
    }
    this.strays += 1;
    this.left = 0;
    if (byte >= 0x80) this.begin(byte);
  }

  private begin(byte: number): void {
    if (byte >= 0xc2 && byte < 0xe0) this.left = 1;
    else if ((byte & 0xf0) === 0xe0) this.left = 2;
    else if (byte >= 0xf0 && byte < 0xf5) this.left = 3;
    else this.strays += 1;
  }
}

/** The text, part after part, without a byte order mark. Bytes that are no letter become U+FFFD, which the row is told for. */
export async function* textOf(bytes: Bytes, encoding: string): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding);
  for await (const part of bytes()) {
    const text = decoder.decode(part, { stream: true });
    if (text !== '') yield text;
  }
  const rest = decoder.decode();
  if (rest !== '') yield rest;
}
