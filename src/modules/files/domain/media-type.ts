import { endingOf } from './file-name.js';

/** What is known of a file before it is judged. */
export interface Evidence {
  /** What the client says it is; empty when it does not say. */
  readonly declared: string;
  readonly name: string;
  /** By its first bytes; null when those say nothing. */
  readonly sniffed: string | null;
  /** Its beginning as text; null when it is not text. */
  readonly text: string | null;
}
export interface Verdict {
  readonly mediaType: string;
  /** Why it is not given out; null when it is. */
  readonly quarantine: string | null;
}

const unknown = 'application/octet-stream';
const endings: Readonly<Record<string, string>> = {
  pdf: 'application/pdf',
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  svg: 'image/svg+xml',
  mp3: 'audio/mpeg',
  mp4: 'video/mp4',
  zip: 'application/zip',
  gz: 'application/gzip',
  txt: 'text/plain',
  csv: 'text/csv',
  html: 'text/html',
  htm: 'text/html',
  xml: 'application/xml',
  json: 'application/json',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  pptx: 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
};

/** Types that are told by their first bytes: without those bytes it is something else. */
const hasSignature = (type: string) =>
  /^(image\/(png|jpe?g|gif|webp|avif|tiff|bmp)|audio\/|video\/|font\/)/.test(type) ||
  /^application\/(pdf|zip|gzip|vnd\.openxmlformats|vnd\.oasis)/.test(type);
const isProgram = (type: string) =>
  /^application\/(x-msdownload|x-elf|x-mach-binary|x-executable|x-msi|vnd\.microsoft\.portable-executable|java-vm|x-ms-shortcut|wasm)$/.test(
    type,
  );
const same = (type: string) =>
  type
    .replace('image/jpg', 'image/jpeg')
    .replace(/^text\/xml$/, 'application/xml')
    .replace(/^application\/x-(zip-compressed|gzip)$/, (_, z: string) => `application/${z === 'gzip' ? 'gzip' : 'zip'}`);

/** What a file is by its content, and whether that contradicts what it says it is. */
export function judge({ declared, name, sniffed, text }: Evidence): Verdict {
  const mediaType = contentType(sniffed, text, [declared, endings[endingOf(name)] ?? '']);
  if (isProgram(mediaType)) return { mediaType, quarantine: `It is a program (${mediaType}).` };
  const said = same(declared.toLowerCase().split(';')[0]?.trim() ?? '');
  for (const claim of [said, endings[endingOf(name)] ?? '']) {
    if (claim !== '' && claim !== unknown && contradicts(claim, mediaType))
      return { mediaType, quarantine: `It says it is ${claim}, and is ${mediaType}.` };
  }
  return { mediaType, quarantine: null };
}

function contentType(sniffed: string | null, text: string | null, claims: readonly string[]): string {
  if (sniffed !== null && sniffed !== 'application/xml') return same(sniffed);
  if (text === null) return unknown;
  const markup = markupOf(text);
  if (markup) return markup;
  const claim = claims
    .map((one) => one.toLowerCase())
    .find((one) => /^text\/(csv|plain|calendar|vcard|markdown)|^application\/json/.test(one));
  return claim?.split(';')[0]?.trim() ?? 'text/plain';
}

/** What a browser would run if it were shown. */
function markupOf(text: string): string | null {
  const start = text
    .replace(/^\uFEFF/, '')
    .trimStart()
    .slice(0, 2000)
    .toLowerCase();
  if (/<svg[\s>]/.test(start)) return 'image/svg+xml';
  if (/<(!doctype\s+html|html|head|body|script|iframe|img|a|div|p|table|style|meta|link|object|embed|form)[\s>/]/.test(start))
    return 'text/html';
  return start.startsWith('<?xml') || /^<[a-z!]/.test(start) ? 'application/xml' : null;
}

function contradicts(claim: string, mediaType: string): boolean {
  if (claim === mediaType) return false;
  if (hasSignature(claim) || hasSignature(mediaType)) return family(claim) !== family(mediaType);
  // Among texts only what a browser would run must not pass for something else.
  return isActive(mediaType) && !isActive(claim);
}

/** Office documents are archives, and some writers leave the first bytes of archives only. */
const family = (type: string) => (/^application\/(zip|vnd\.openxmlformats|vnd\.oasis|vnd\.ms)/.test(type) ? 'archive' : type);

export const isActive = (type: string) =>
  /^(text\/html|image\/svg\+xml|application\/(xml|xhtml\+xml|javascript)|text\/(xml|javascript))$/.test(type);

/** The type a file is given out as: what a browser might run goes out as bytes that mean nothing to it. */
export const servedType = (mediaType: string): string => {
  if (isActive(mediaType)) return unknown;
  return mediaType.startsWith('text/') ? `${mediaType}; charset=utf-8` : mediaType;
};
