import { invalid } from '../errors/domain-error.js';

/** A text to translate, as translators get and return it: XLIFF 2.0. */
export interface Unit {
  /** What the record is one of; files hold the texts of one resource each. */
  readonly resource: string;
  readonly recordId: string;
  readonly field: string;
  readonly source: string;
  readonly target: string | null;
  readonly isOutdated?: boolean;
}
export interface Xliff {
  readonly sourceLanguage: string;
  readonly language: string;
  readonly units: readonly Unit[];
}

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\r': '&#13;' };
/** XML has no way to write most control characters at all. */
const escaped = (text: string) =>
  text.replaceAll(/[^\P{Cc}\t\n\r]|[\ufffe\uffff]/gu, '').replaceAll(/[&<>"\r]/g, (one) => escapes[one] ?? one);

export function xliffOf({ sourceLanguage, language, units }: Xliff): string {
  const files = Map.groupBy(units, ({ resource }) => resource);
  const body = [...files].map(([resource, some]) => ` <file id="${escaped(resource)}">\n${some.map(unitXml).join('')} </file>\n`).join('');
  return `<?xml version="1.0" encoding="UTF-8"?>
<xliff xmlns="urn:oasis:names:tc:xliff:document:2.0" version="2.0" srcLang="${escaped(sourceLanguage)}" trgLang="${escaped(language)}">
${body}</xliff>
`;
}

function unitXml({ recordId, field, source, target, isOutdated }: Unit): string {
  const state = target === null ? 'initial' : isOutdated ? 'translated' : 'final';
  const told = target === null ? '' : `<target xml:space="preserve">${escaped(target)}</target>`;
  return `  <unit id="${escaped(`${recordId}.${field}`)}"><segment state="${state}"><source xml:space="preserve">${escaped(source)}</source>${told}</segment></unit>\n`;
}

const bad = (why: string) => invalid('translation.bad_file', `The file is no XLIFF 2 that can be read: ${why}.`);

const token =
  /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!\[CDATA\[([\s\S]*?)\]\]>|<(\/?)([A-Za-z][\w:.-]*)((?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|([^<]+)/gy;

interface Open {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/**
 * Reads what `xliffOf` writes, and what tools make of it: segments split and joined, notes added. Nothing in it is carried out: there are
 * no entities and no document types.
 */
export function readXliff(text: string): Xliff {
  const reader = new XliffReader();
  for (let at = text.startsWith('\ufeff') ? 1 : 0; at < text.length; at = token.lastIndex) {
    token.lastIndex = at;
    const found = token.exec(text);
    if (!found) throw bad(`it is not well formed at character ${at}`);
    readToken(reader, found);
  }
  return reader.done();
}

function readToken(reader: XliffReader, [, cdata, closing, name, attributes = '', isEmpty, plain]: readonly string[]): void {
  if (cdata !== undefined) return reader.text(cdata);
  if (plain !== undefined) return reader.text(unescaped(plain));
  if (name === undefined) return;
  if (closing) return reader.close(name);
  reader.open(name, attributesOf(attributes));
  if (isEmpty) reader.close(name);
}

class XliffReader {
  private readonly stack: Open[] = [];
  private readonly units: Unit[] = [];
  private languages: { readonly source: string; readonly target: string } | null = null;
  private unit: { resource: string; recordId: string; field: string; source: string; target: string | null } | null = null;

  open(name: string, attributes: Readonly<Record<string, string>>): void {
    if (this.isInText()) throw bad(`<${name}> stands in a text, which is plain here`);
    this.stack.push({ name, attributes });
    if (name === 'xliff') this.begin(attributes);
    else if (!this.languages) throw bad('it does not begin with <xliff>');
    if (name === 'unit') this.unit = { resource: this.file(), ...placeOf(attributes['id'] ?? ''), source: '', target: null };
    if (name === 'target' && this.unit) this.unit.target ??= '';
  }

  close(name: string): void {
    if (this.stack.pop()?.name !== name) throw bad(`</${name}> closes nothing`);
    if (name !== 'unit' || !this.unit) return;
    this.units.push(this.unit);
    this.unit = null;
  }

  text(text: string): void {
    if (!this.unit || !this.isInText()) return;
    if (this.stack.at(-1)?.name === 'source') this.unit.source += text;
    else this.unit.target = (this.unit.target ?? '') + text;
  }

  done(): Xliff {
    if (this.stack.length > 0 || !this.languages) throw bad('it ends in the middle');
    return { sourceLanguage: this.languages.source, language: this.languages.target, units: this.units };
  }

  private isInText(): boolean {
    const inside = this.stack.at(-1)?.name;
    return inside === 'source' || inside === 'target';
  }

  private file(): string {
    return this.stack.find(({ name }) => name === 'file')?.attributes['id'] ?? '';
  }

  private begin({ version = '', srcLang = '', trgLang = '' }: Readonly<Record<string, string>>): void {
    if (this.languages || this.stack.length > 1) throw bad('<xliff> stands in the middle');
    if (!version.startsWith('2.')) throw bad('its version is not 2');
    this.languages = { source: srcLang, target: trgLang };
  }
}

function placeOf(id: string): { recordId: string; field: string } {
  const [, recordId, field] = /^([0-9a-fA-F-]{36})\.([A-Za-z]\w{0,79})$/.exec(id) ?? [];
  if (recordId === undefined || field === undefined) throw bad(`"${id.slice(0, 60)}" is no id of a text`);
  return { recordId, field };
}

function attributesOf(text: string): Record<string, string> {
  const found: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [, name = '', double, single] of text.matchAll(/([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g))
    found[name] = unescaped(double ?? single ?? '');
  return found;
}

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

const reference = /&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|(\w{1,10}));|&/g;

function unescaped(text: string): string {
  return text.replaceAll('\r\n', '\n').replaceAll(reference, (whole: string, decimal?: string, hex?: string, name?: string) => {
    const code = decimal ? Number(decimal) : hex ? Number.parseInt(hex, 16) : null;
    const one = code === null ? named[name ?? ''] : code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
    if (one === undefined) throw bad(`"${whole}" is no character`);
    return one;
  });
}
