import { DomainError } from '#kernel/errors/domain-error.js';
import { ThreadedTemplateRenderer } from './template-renderer.js';

const mjml = (text: string) => `<mjml><mj-body><mj-section><mj-column><mj-text>${text}</mj-text></mj-column></mj-section></mj-body></mjml>`;
const values = {
  contact: { firstName: 'Ada <script>alert(1)</script>', email: 'ada@customer.example' },
  links: { unsubscribe: 'https://kontor.example/u/1' },
};

let renderer: ThreadedTemplateRenderer;
beforeAll(() => {
  renderer = new ThreadedTemplateRenderer({ threads: 2 });
});
afterAll(() => renderer.close());

const codeOf = (error: unknown) => (error instanceof DomainError ? error.code : String(error));
const render = (text: string, subject = 'Hello') => renderer.render({ subject, mjml: mjml(text) }, values);

test('a template becomes subject, HTML and text', async () => {
  const mail = await renderer.render(
    { subject: 'Hello {{ contact.email }}', mjml: mjml('Dear {{ contact.email }}, <a href="{{ links.unsubscribe }}">no more mails</a>') },
    values,
  );
  expect(mail.subject).toBe('Hello ada@customer.example');
  expect(mail.html).toContain('Dear ada@customer.example');
  expect(mail.text).toContain('no more mails (https://kontor.example/u/1)');
});

describe('numbers, amounts and times', () => {
  const told = {
    total: '1234567.895',
    price: { amount: '4.5000', currency: 'EUR' },
    due: '2027-05-01',
    at: '2027-03-28T01:30:00Z',
    none: null,
  };
  const written = async (text: string, reader?: { language: string; timeZone: string }) => {
    const mail = await renderer.render({ subject: text, mjml: mjml('x'), ...(reader ? { reader } : {}) }, told);
    // CLDR parts some of them by spaces that do not break.
    return mail.subject.replaceAll(/[\u00a0\u202f]/g, ' ');
  };
  const berlin = { language: 'de', timeZone: 'Europe/Berlin' };

  test.each([
    ['{{ total | number: 2 }}', berlin, '1.234.567,90'],
    ['{{ total | money: "EUR" }}', berlin, '1.234.567,90 €'],
    ['{{ total | money: "JPY" }}', { language: 'en', timeZone: 'UTC' }, '¥1,234,568'],
    ['{{ total | money: "KWD" }}', { language: 'en', timeZone: 'UTC' }, 'KWD 1,234,567.895'],
    ['{{ price | money }}', { language: 'fr', timeZone: 'UTC' }, '4,50 €'],
    ['{{ due | day: "long" }}', berlin, '1. Mai 2027'],
    ['{{ due | day }}', { language: 'en-US', timeZone: 'America/Los_Angeles' }, 'May 1, 2027'],
    ['{{ at | instant }}', berlin, '28.03.2027, 03:30'],
    ['{{ at | instant: "short" }}', { language: 'en-GB', timeZone: 'Asia/Tokyo' }, '28/03/2027, 10:30'],
    ['[{{ none | money: "EUR" }}{{ none | day }}]', berlin, '[]'],
  ])('%s is written for %p as %s', async (text, reader, expected) => {
    expect(await written(text, reader)).toBe(expected);
  });

  test('are English where nobody is known to read them, and what is none is refused', async () => {
    expect(await written('{{ total | number: 1 }}')).toBe('1,234,567.9');
    for (const text of ['{{ due | number }}', '{{ total | day }}', '{{ total | money: "no such" }}', '{{ due | money: "EUR" }}'])
      await expect(written(text, berlin).catch(codeOf)).resolves.toBe('email_template.render_failed');
  });
});

test('D03 what a contact is called never becomes markup', async () => {
  const mail = await render('Dear {{ contact.firstName }}');
  expect(mail.html).toContain('Ada &lt;script&gt;alert(1)&lt;/script&gt;');
  expect(mail.html).not.toContain('<script>alert');
});

test('M05 a subject is one line', async () => {
  const mail = await renderer.render({ subject: 'a {{ name }}', mjml: mjml('x') }, { name: 'b\r\nBcc: eve@evil.example' });
  expect(mail.subject).toBe('a b Bcc: eve@evil.example');
});

test("an author's own text part is used", async () => {
  const mail = await renderer.render({ subject: 's', mjml: mjml('x'), text: 'Plain {{ contact.firstName }}' }, values);
  expect(mail.text).toBe('Plain Ada <script>alert(1)</script>');
});

describe('C01 a template cannot reach code or files', () => {
  test.each([
    '{{ contact.constructor }}',
    '{{ contact.constructor.constructor }}',
    '{{ contact.__proto__ }}',
    '{{ contact["__proto__"]["polluted"] }}',
    '{{ contact.firstName.constructor }}',
    '{{ process.env.PATH }}',
    '{{ globalThis }}',
    '{{ contact.toString }}',
    '{% include "/etc/passwd" %}',
    '{% render "/etc/passwd" %}',
    '{% layout "../../../../etc/passwd" %}',
    '{{ "/etc/passwd" | read_file }}',
    '{% assign x = contact | map: "constructor" %}{{ x }}',
    '{% assign x = "a" | where_exp: "i", "i.constructor" %}{{ x }}',
  ])('%s renders nothing or is refused', async (payload) => {
    const outcome = await render(payload).then((mail) => mail.html, codeOf);
    expect(outcome).not.toMatch(/function|native code|root:|\[object|\/usr\/bin/);
  });

  test('MJML includes read no file', async () => {
    const mail = await renderer.render(
      { subject: 's', mjml: '<mjml><mj-body><mj-include path="/etc/passwd" type="html" /></mj-body></mjml>' },
      values,
    );
    expect(mail.html).not.toContain('root:');
  });

  test('what one rendering assigns is gone in the next', async () => {
    await render('{% assign contact = "taken" %}{% increment n %}');
    expect((await render('{{ contact.email }} {% increment n %}')).html).toContain('ada@customer.example 0');
  });
});

describe('C02 a template cannot take the process down', () => {
  const loop = (depth: number): string => (depth === 0 ? 'x' : `{% for i in (1..100000) %}${loop(depth - 1)}{% endfor %}`);
  const payloads: Readonly<Record<string, string>> = {
    'nested loops': loop(3),
    'empty loop bodies': '{% for a in (1..900000000) %}{% endfor %}',
    'a wide date': '{{ "now" | date: "%50000000d" }}',
    'many wide dates': '{% for i in (1..100000) %}{{ "now" | date: "%999999d" }}{% endfor %}',
    'doubling by replace': `{% assign s = "aaaaaaaaaaaaaaaa" %}${'{% assign s = s | replace: "a", "$&$&aa" %}'.repeat(30)}{{ s }}`,
    'doubling by append': `{% assign s = "aaaaaaaaaaaaaaaa" %}${'{% assign s = s | append: s %}'.repeat(40)}{{ s }}`,
    'growing arrays': `{% assign a = "a,b,c,d" | split: "," %}${'{% assign a = a | concat: a %}'.repeat(30)}{{ a | join: "," }}`,
    'pop in a loop': '{% assign a = (1..5000000) %}{% for i in (1..5000000) %}{% assign a = a | pop %}{% endfor %}',
    'sorting without end': '{% for i in (1..100000) %}{% assign a = (1..100000) | reverse | sort %}{% endfor %}',
  };

  test.each(Object.keys(payloads))('%s ends within the limit', async (name) => {
    await render('warm'); // a killed thread is replaced; starting one is not what is measured
    const outcome = await render(payloads[name] ?? '').then(() => 'rendered', codeOf);
    expect(['rendered', 'email_template.render_limit', 'email_template.render_failed']).toContain(outcome);
    expect(outcome).not.toBe('email_template.renderer_busy');
  });

  test('a thread that loops beyond the limits of the language is killed, and the next mail is filled', async () => {
    const one = new ThreadedTemplateRenderer({ threads: 1, killAfterMs: 300 });
    await one.render({ subject: 's', mjml: mjml('warm') }, values);
    await expect(one.render({ subject: 's', mjml: mjml(loop(3)) }, values)).rejects.toMatchObject({ code: 'email_template.render_limit' });
    expect((await one.render({ subject: 'after', mjml: mjml('warm') }, values)).subject).toBe('after');
    await one.close();
  });

  test('while twenty of them run, this thread stays free', async () => {
    await render('warm');
    const running = Promise.allSettled(Array.from({ length: 20 }, () => render(loop(3))));
    const delays: number[] = [];
    for (let i = 0; i < 40; i += 1) {
      const start = performance.now();
      await new Promise((resolve) => setTimeout(resolve, 5));
      delays.push(performance.now() - start - 5);
    }
    // Held up for good it would be if any of them ran here: each takes half a second of a processor.
    expect(delays.sort((a, b) => a - b)[20]).toBeLessThan(400);
    const outcomes = await running;
    expect(outcomes.every((outcome) => outcome.status === 'rejected')).toBe(true);
  });
});

test('a mistake in a template is told, with its line', async () => {
  await expect(render('{{ contact.email ')).rejects.toMatchObject({
    code: 'email_template.render_failed',
    message: expect.stringContaining('line:'),
  });
  await expect(render('{{ contact.email | shout }}')).rejects.toMatchObject({ code: 'email_template.render_failed' });
  await expect(render('{{ contact.age }}')).rejects.toMatchObject({ message: expect.stringContaining('undefined variable') });
  await expect(renderer.render({ subject: 's', mjml: '<p>no mail</p>' }, values)).rejects.toMatchObject({
    code: 'email_template.render_failed',
  });
});

test('a renderer that is closed refuses at once', async () => {
  const closed = new ThreadedTemplateRenderer();
  await closed.close();
  await expect(closed.render({ subject: 's', mjml: mjml('x') }, {})).rejects.toMatchObject({ code: 'email_template.renderer_busy' });
});
