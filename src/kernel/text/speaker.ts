import IntlMessageFormat from 'intl-messageformat';
import type { ErrorDetails, ErrorKind, FieldProblem } from '../errors/domain-error.js';
import type { Catalog } from './catalog.js';
import type { Language } from './language.js';

/** A refusal as it stands on the wire. */
export interface Said {
  readonly code: string;
  readonly message: string;
  readonly details: ErrorDetails;
}

/** Says things in one language. */
export interface Speaker {
  readonly language: Language;
  title(kind: ErrorKind | 'internal', english: string): string;
  /** The same refusal in this language. What the catalog does not know stays English. */
  refusal(said: Said): Omit<Said, 'code'>;
}

/** English stands where it is thrown. */
export const english: Speaker = { language: 'en', title: (_kind, text) => text, refusal: ({ message, details }) => ({ message, details }) };

type Gaps = Readonly<Record<string, unknown>>;

/** Speaks from a catalog. Everything is parsed once, when it is first said. */
export class CatalogSpeaker implements Speaker {
  private readonly formats = new Map<string, IntlMessageFormat>();
  private readonly phrases: readonly { readonly pattern: RegExp; readonly names: readonly string[]; readonly text: string }[];

  constructor(
    readonly language: Language,
    private readonly catalog: Catalog,
  ) {
    this.phrases = catalog.phrases.map(([phrase, text]) => ({ ...patternOf(phrase), text }));
  }

  title(kind: ErrorKind | 'internal', _english: string): string {
    return this.catalog.titles[kind];
  }

  refusal({ code, message, details }: Said): Omit<Said, 'code'> {
    const errors = details.errors?.map((problem) => this.problem(problem));
    const first = errors?.[0];
    const text = this.text(code, {
      ...details,
      message,
      label: this.catalog.labels.resources[code.split('.')[0] ?? ''],
      ...(first ? { problem: `${first.path || '/'} ${first.message}`, more: (errors?.length ?? 1) - 1 } : {}),
    });
    return { message: text ?? message, details: errors ? { ...details, errors } : details };
  }

  private problem(problem: FieldProblem): FieldProblem {
    const message =
      this.phrase(problem.message) ?? this.catalog.problems[problem.code] ?? this.text(problem.code, { message: problem.message });
    return message === null ? problem : { ...problem, message };
  }

  private phrase(text: string): string | null {
    for (const { pattern, names, text: template } of this.phrases) {
      const found = pattern.exec(text);
      if (found) return template.replaceAll(/\{(\w+)\}/g, (_, name: string) => found[names.indexOf(name) + 1] ?? '');
    }
    return null;
  }

  private text(code: string, gaps: Gaps): string | null {
    const { errors } = this.catalog;
    const found = errors[code] ?? errors[generalCode(code)] ?? (code.endsWith('_taken') ? errors['*.value_taken'] : undefined);
    const texts = found === undefined ? [] : typeof found === 'string' ? [found] : found;
    const chosen = texts.find((text) => gapsOf(text).every((gap) => isSayable(gaps[gap])));
    return chosen === undefined ? null : this.format(chosen, gaps);
  }

  private format(text: string, gaps: Gaps): string {
    let format = this.formats.get(text);
    if (!format) {
      format = new IntlMessageFormat(text, this.language, undefined, { ignoreTag: true });
      this.formats.set(text, format);
    }
    const values = Object.fromEntries(gapsOf(text).map((gap) => [gap, sayable(gaps[gap])]));
    return String(format.format(values));
  }
}

/** Codes every resource has stand in the catalog once, under `*`. */
export const generalCode = (code: string): string => `*${code.slice(code.indexOf('.'))}`;

/** Names of the gaps of an ICU text. */
export const gapsOf = (text: string): string[] => [...new Set([...text.matchAll(/\{(\w+)(?=[,}])/g)].flatMap((match) => match[1] ?? []))];

const isSayable = (value: unknown): boolean =>
  typeof value === 'string' ||
  typeof value === 'number' ||
  (Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string'));

const sayable = (value: unknown): string | number => {
  if (Array.isArray(value)) return value.slice(0, 10).join(', ');
  return typeof value === 'number' ? value : String(value);
};

function patternOf(phrase: string): { pattern: RegExp; names: string[] } {
  const names: string[] = [];
  const source = phrase
    .split(/(?<!\\)\{(\w+)\}/)
    .map((part, i) => {
      if (i % 2 === 0) return part.replaceAll(/\\([{}])/g, '$1').replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
      names.push(part);
      return '(.+?)';
    })
    .join('');
  return { pattern: new RegExp(`^${source}$`, 's'), names };
}
