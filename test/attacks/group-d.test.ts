import { parse, defaultTreeAdapter as tree, type DefaultTreeAdapterMap } from 'parse5';
import { ThreadedTemplateRenderer } from '#app/adapters/template-renderer.js';
import { openApiKit, type ApiKit, type Client } from '../api/api-kit.js';

type Node = DefaultTreeAdapterMap['node'];

const marks = ['alert(1)', 'fetch("//evil.example")', 'eval(name)'];
const shells: readonly ((code: string) => string)[] = [
  (code) => `<script>${code}</script>`,
  (code) => `<ScRiPt src=data:text/javascript,${code}></sCrIpT>`,
  (code) => `<img src=x onerror=${code}>`,
  (code) => `<svg/onload=${code}>`,
  (code) => `<svg><script>${code}</script></svg>`,
  (code) => `<math><mtext><table><mglyph><style><img src=x onerror=${code}>`,
  (code) => `"><script>${code}</script>`,
  (code) => `' onmouseover='${code}`,
  (code) => `" autofocus onfocus="${code}`,
  (code) => `javascript:${code}`,
  (code) => `JaVaScRiPt:${code}`,
  (code) => `java\tscript:${code}`,
  (code) => `&#106;avascript:${code}`,
  (code) => `data:text/html;base64,${Buffer.from(`<script>${code}</script>`).toString('base64')}`,
  (code) => `<a href="javascript:${code}">x</a>`,
  (code) => `<iframe srcdoc="<script>${code}</script>">`,
  (code) => `<form action=javascript:${code}><button>`,
  (code) => `<body onload=${code}>`,
  (code) => `<details open ontoggle=${code}>`,
  (code) => `<style>@import 'javascript:${code}';</style>`,
  (code) => `<meta http-equiv=refresh content="0;url=javascript:${code}">`,
  (code) => `<base href=javascript:${code}//>`,
  (code) => `<object data=javascript:${code}>`,
  (code) => `<!--><script>${code}</script>-->`,
  (code) => `</title><script>${code}</script>`,
  (code) => `</textarea><script>${code}</script>`,
  (code) => `<noscript><p title="</noscript><script>${code}</script>">`,
  (code) => `{{constructor.constructor('${code}')()}}`,
  (code) => `\${${code}}`,
  (code) => `<x contenteditable onblur=${code}>lose focus!`,
  (code) => `<mj-raw><script>${code}</script></mj-raw>`,
  (code) => `]]><script>${code}</script>`,
  (code) => `\u2028<script>${code}</script>`,
  (code) => `＜script＞${code}＜/script＞`,
];
const corpus = shells.flatMap((shell) => marks.map(shell));

function* walk(node: Node): Generator<Node> {
  yield node;
  if ('childNodes' in node) for (const child of node.childNodes) yield* walk(child);
}

/** What would run when this HTML is shown. */
function live(html: string): string[] {
  const found: string[] = [];
  for (const node of walk(parse(html))) {
    if (!tree.isElementNode(node)) continue;
    if (['script', 'iframe', 'object', 'embed', 'base', 'form'].includes(node.tagName)) found.push(node.tagName);
    for (const { name, value } of node.attrs) {
      if (name.startsWith('on')) found.push(`${node.tagName} ${name}`);
      if (
        ['href', 'src', 'action', 'srcdoc', 'formaction'].includes(name) &&
        /^(javascript|vbscript|data:text\/html)/i.test(value.replaceAll(/[^\x21-\x7e]/g, ''))
      )
        found.push(`${node.tagName} ${name}=${value}`);
    }
  }
  return found;
}

test('what would run is recognised', () => {
  expect(live('<p>plain</p>')).toEqual([]);
  expect(shells.slice(0, 5).every((shell) => live(shell('alert(1)')).length > 0)).toBe(true);
  expect(live('<a href="java\nscript:alert(1)">')).toHaveLength(1);
});

describe('D01 D03 scripts that were stored', () => {
  let renderer: ThreadedTemplateRenderer;
  beforeAll(() => {
    renderer = new ThreadedTemplateRenderer({ threads: 2 });
  });
  afterAll(() => renderer.close());

  test('run in no mail that is filled with them', async () => {
    const mjml = `<mjml><mj-head><mj-title>{{ a }}</mj-title></mj-head><mj-body><mj-section><mj-column>
      <mj-text>Dear {{ a }}, <b title="{{ a }}">x</b> <a href="https://kontor.example/?q={{ a }}">y</a></mj-text></mj-column></mj-section></mj-body></mjml>`;
    const own = live((await renderer.render({ subject: 's', mjml }, { a: 'Ada' })).html);
    for (const text of corpus) {
      const mail = await renderer.render({ subject: '{{ a }}', mjml }, { a: text });
      expect([text, live(mail.html)]).toEqual([text, own]);
      expect(mail.subject).not.toMatch(/[\r\n]/);
    }
  });

  describe('stay text in the API', () => {
    let api: ApiKit;
    let admin: Client;
    beforeAll(async () => {
      api = await openApiKit();
      ({ admin } = await api.company());
    });
    afterAll(async () => {
      expect(api.defects).toEqual([]);
      await api.close();
    });

    test('given back as they were, as JSON that no browser takes for a page', async () => {
      for (const text of corpus.filter((_, i) => i % 3 === 0)) {
        const created = await admin.post('/v1/accounts', { name: text });
        const read = await admin.get(`/v1/accounts/${String(created.body['id'])}`);
        expect([text, text.trim()]).toContain(read.body['name']);
        expect(read.headers).toMatchObject({ 'content-type': 'application/json; charset=utf-8', 'x-content-type-options': 'nosniff' });
      }
    });

    test('not even in the words of an error', async () => {
      for (const text of corpus) {
        const answer = await admin.get(`/v1/accounts?${new URLSearchParams({ orderBy: text }).toString()}`);
        expect([answer.status, answer.headers['content-type'], answer.headers['x-content-type-options']]).toEqual([
          400,
          expect.stringContaining('application/problem+json'),
          'nosniff',
        ]);
      }
    });
  });
});
