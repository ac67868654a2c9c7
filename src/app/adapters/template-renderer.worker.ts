/* Runs in a thread of its own, which the pool kills when it takes too long. It imports packages only, so that it also starts from source. */
import { parentPort } from 'node:worker_threads';
import { Liquid, type LiquidOptions, type Template } from 'liquidjs';
import mjml2html from 'mjml';

interface Request {
  readonly template: { readonly subject: string; readonly mjml: string; readonly text?: string | null };
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
const remembered = new Map<string, Compiled>();

async function render({ template, values }: Request) {
  const compiled = await compile(template);
  const html = within(await htmlEngine.render(compiled.html, values), MAX_OUTPUT, 'mail body');
  const text = compiled.text ? within(await textEngine.render(compiled.text, values), MAX_OUTPUT, 'text part') : readable(html);
  const subject = within(await textEngine.render(compiled.subject, values), MAX_OUTPUT, 'subject')
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
