import parsePhoneNumber from 'libphonenumber-js/max';
import { addressLines, type PostalAddress } from '../pure/address-lines.js';
import { textOf } from '../pure/text.js';
import type { Field, Money } from '../resource/fields.js';

const asTheyAre: ReadonlySet<string> = new Set(['text', 'email', 'url']);

/** Writes values as the reader is used to: in a language as it is written somewhere (`de-CH`), in the time of a zone. */
export class Formats {
  private readonly kept = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat | Intl.DisplayNames>();

  constructor(
    private readonly locale: string,
    private readonly zone: string,
  ) {}

  /** Null where there is nothing to write: what is empty, and what is for machines. */
  field({ kind }: Field, value: unknown): string | null {
    if (value === null || value === undefined) return null;
    if (kind === 'money') return this.money(value as Money);
    if (kind === 'plan') return this.plan(value as Planned);
    if (kind === 'address') return this.address(value);
    return this.single(kind, textOf(value));
  }

  private single(kind: Field['kind'], text: string): string | null {
    if (kind === 'decimal' || kind === 'integer') return this.number(text);
    if (kind === 'date') return this.day(text);
    if (kind === 'instant') return this.instant(new Date(text), this.zone);
    if (kind === 'phone') return parsePhoneNumber(text)?.formatInternational() ?? text;
    return asTheyAre.has(kind) ? text : null;
  }

  private money({ amount, currency }: Money): string {
    return decimalOf(amount, (exact) =>
      this.keep(`money ${currency}`, () => new Intl.NumberFormat(this.locale, { style: 'currency', currency })).format(exact),
    );
  }

  private number(value: string): string {
    return decimalOf(value, (exact) =>
      this.keep('number', () => new Intl.NumberFormat(this.locale, { maximumFractionDigits: 20 })).format(exact),
    );
  }

  private day(day: string): string {
    const date = new Date(`${day}T00:00:00Z`);
    return this.keep('day', () => new Intl.DateTimeFormat(this.locale, { dateStyle: 'medium', timeZone: 'UTC' })).format(date);
  }

  private instant(at: Date, timeZone: string): string {
    const format = () => new Intl.DateTimeFormat(this.locale, { dateStyle: 'medium', timeStyle: 'short', timeZone });
    return this.keep(`instant ${timeZone}`, format).format(at);
  }

  /** Where it is planned, with its zone where that is not the reader's. */
  private plan({ local, zone, at }: Planned): string {
    const text = at ? this.instant(new Date(at), zone) : local;
    return zone === this.zone ? text : `${text} (${zone})`;
  }

  private address(address: PostalAddress): string {
    const country = address.country ? this.country(address.country) : null;
    return [...addressLines(address), ...(country ? [country] : [])].join('\n');
  }

  private country(code: string): string {
    if (!/^[A-Z]{2}$/.test(code)) return code;
    return this.keep('country', () => new Intl.DisplayNames([this.locale], { type: 'region' })).of(code) ?? code;
  }

  /** Intl's formats take long to make. */
  private keep<T extends Intl.NumberFormat | Intl.DateTimeFormat | Intl.DisplayNames>(name: string, make: () => T): T {
    const known = this.kept.get(name);
    if (known) return known as T;
    const made = make();
    this.kept.set(name, made);
    return made;
  }
}

interface Planned {
  readonly local: string;
  readonly zone: string;
  readonly at?: string | null;
}

const isExact = (text: string): text is `${number}` => /^-?\d+(\.\d+)?$/.test(text);

/** Exact numbers are written from their digits; what is masked stays as it is. */
const decimalOf = (text: string, write: (exact: `${number}`) => string): string => (isExact(text) ? write(text) : text);

/** Whether values can be written as they are in this language, a BCP 47 tag. */
export function isWritten(locale: string): boolean {
  try {
    return Intl.NumberFormat.supportedLocalesOf(locale).length > 0;
  } catch {
    return false;
  }
}
