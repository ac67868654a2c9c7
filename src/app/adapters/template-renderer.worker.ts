/* Runs in a thread of its own, which the pool kills when it takes too long. It imports packages only, so that it also starts from source. */
import { parentPort } from 'node:worker_threads';
import { Liquid, type LiquidOptions, type Template } from 'liquidjs';
import mjml2html from 'mjml';

interface Reader {
  readonly language: string;
  readonly timeZone: string;
}
interface Request {
  readonly template: {
    readonly subject: string;
    readonly mjml: string;
    readonly text?: string | null;
    readonly reader?: Reader;
  };
  readonly values: Readonly<Record<string, unknown>>;
}
interface Compiled {
  readonly subject: Template[];
  readonly html: Template[];
  readonly text: Template[] | null;
}

const LIMITS = { parseLimit: 300_000, renderLimit: 400, memoryLimit: 2_000_000 };
const MAX_OUTPUT = 1_000_000;
const MAX_SUBJECT = 250;
const REMEMBERED = 50;

/** No file system (templates are looked up in an empty map), no prototypes, no silent gaps. */
const strict: LiquidOptions = {
  templates: {},
  ownPropertyOnly: true,
  strictFilters: true,
  strictVariables: true,
  lenientIf: true,
  ...LIMITS,
};
const htmlEngine = new Liquid({ ...strict, outputEscape: 'escape' });
const textEngine = new Liquid(strict);
/** What filters are called with beside their value: the context has what the mail knows of its reader. */
interface Filtering {
  readonly context: { readonly globals: object };
}

const nobody: Reader = { language: 'en', timeZone: 'UTC' };
const readerOf = ({ context }: Filtering): Reader => ({ ...nobody, ...context.globals });
const isEmpty = (value: unknown) => value === null || value === undefined || value === '';

function decimal(value: unknown): string {
  const text = typeof value === 'number' || typeof value === 'string' ? String(value).trim() : '';
  if (!/^[+-]?\d{1,30}(\.\d{1,20})?$/.test(text)) throw new Error(`"${text.slice(0, 40)}" is no number`);
  return text;
}

function instant(value: unknown): Date {
  const at = new Date(typeof value === 'string' ? value : Number.NaN);
  if (Number.isNaN(at.getTime())) throw new Error(`"${String(value).slice(0, 40)}" is no point in time`);
  return at;
}

/** Numbers, amounts and days as the reader writes them: by CLDR, rounded half away from zero. Exact: texts never become floats. */
const written: Readonly<Record<string, (reader: Reader, value: unknown, option: unknown) => string>> = {
  number: ({ language }, value, digits) => {
    const places =
      typeof digits === 'number' ? { minimumFractionDigits: digits, maximumFractionDigits: digits } : { maximumFractionDigits: 6 };
    return new Intl.NumberFormat(language, places).format(decimal(value) as Intl.StringNumericLiteral);
  },
  money: ({ language }, value, currency) => {
    const own = typeof value === 'object' && value !== null ? (value as { amount?: unknown; currency?: unknown }) : null;
    const style = { style: 'currency', currency: String(own ? own.currency : currency) } as const;
    return new Intl.NumberFormat(language, style).format(decimal(own ? own.amount : value) as Intl.StringNumericLiteral);
  },
  day: ({ language }, value, style) => {
    const day = typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value) ? `${value}T00:00:00Z` : null;
    if (day === null) throw new Error(`"${String(value).slice(0, 40)}" is no day`);
    return new Intl.DateTimeFormat(language, { dateStyle: styleOf(style), timeZone: 'UTC' }).format(instant(day));
  },
  instant: ({ language, timeZone }, value, style) =>
    new Intl.DateTimeFormat(language, { dateStyle: styleOf(style), timeStyle: 'short', timeZone }).format(instant(value)),
};

const styles = ['short', 'medium', 'long', 'full'] as const;
const styleOf = (wanted: unknown) => styles.find((style) => style === wanted) ?? 'medium';

for (const [name, write] of Object.entries(written))
  for (const engine of [htmlEngine, textEngine])
    engine.registerFilter(name, function (this: Filtering, value: unknown, option: unknown) {
      return isEmpty(value) ? '' : write(readerOf(this), value, option);
    });

const remembered = new Map<string, Compiled>();

async function render({ template, values }: Request) {
  const compiled = await compile(template);
  const options = { globals: template.reader ?? nobody };
  const html = within(await htmlEngine.render(compiled.html, values, options), MAX_OUTPUT, 'mail body');
  const text = compiled.text ? within(await textEngine.render(compiled.text, values, options), MAX_OUTPUT, 'text part') : readable(html);
  const subject = within(await textEngine.render(compiled.subject, values, options), MAX_OUTPUT, 'subject')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  return { subject: subject.slice(0, MAX_SUBJECT), html, text };
}

/** MJML first, values last: what a contact calls himself can never become markup of the mail. */
async function compile(template: Request['template']): Promise<Compiled> {
  const key = JSON.stringify([template.subject, template.mjml, template.text ?? null]);
  const known = remembered.get(key);
  if (known) return known;
  const { html } = await mjml2html(template.mjml, { validationLevel: 'soft', ignoreIncludes: true, keepComments: false });
  const compiled = {
    subject: textEngine.parse(template.subject),
    html: htmlEngine.parse(html),
    text: template.text ? textEngine.parse(template.text) : null,
  };
  if (remembered.size >= REMEMBERED) remembered.delete(remembered.keys().next().value ?? '');
  remembered.set(key, compiled);
  return compiled;
}

function within(value: unknown, max: number, what: string): string {
  const output = String(value);
  if (output.length > max) throw new Error(`The ${what} is longer than ${max} characters`);
  return output;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#34': '"', '#39': "'", nbsp: ' ' };

/** A text part for templates without one: links keep their address, blocks become lines. */
function readable(html: string): string {
  return html
    .replace(/<(head|style|script)\b[\s\S]*?<\/\1>/gi, '')
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/<a\b[^>]*?href="([^"]*)"[^>]*>([\s\S]*?)<\/a>/gi, '$2 ($1)')
    .replace(/<\/(p|div|tr|table|h[1-6]|li)>|<br\s*\/?>/gi, '\n')
    .replace(/<[^>]*>/g, '')
    .replace(/&(#?\w{1,8});/g, (all, name: string) => ENTITIES[name] ?? all)
    .replace(/[ \t]+/g, ' ')
    .replace(/ ?\n[ \n]*/g, '\n')
    .trim();
}

const port = parentPort;
if (!port) throw new Error('The template worker runs in a worker thread only.');
port.on('message', (request: Request) => {
  render(request).then(
    (mail) => port.postMessage({ mail }),
    (error: unknown) => port.postMessage({ problem: error instanceof Error ? error.message : String(error) }),
  );
});
port.postMessage({ ready: true });
