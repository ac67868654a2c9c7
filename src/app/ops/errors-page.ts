import type { FastifyInstance } from 'fastify';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../project-root.js';
import { escapeHtml, pagePolicy } from './page.js';

/** Where the type of a problem document leads: the page of error codes, each with an anchor. */
export function addErrorsPage(server: Pick<FastifyInstance, 'get'>): void {
  const html = errorsPage(readFileSync(join(projectRoot, 'docs', 'errors.md'), 'utf8'));
  const policy = pagePolicy(html);
  server.get('/errors', (_request, reply) =>
    reply.type('text/html; charset=utf-8').header('content-security-policy', policy).header('cache-control', 'max-age=3600').send(html),
  );
}

/** Of Markdown as much as that page uses: headings, paragraphs, tables and fenced code. */
export function errorsPage(markdown: string): string {
  const blocks = markdown.replace(/\r/g, '').split(/\n{2,}(?=[^\s])/);
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Kontor: errors</title><style>${style}</style></head>
<body><main>
${blocks.map(blockOf).join('\n')}
</main></body>
</html>
`;
}

function blockOf(block: string): string {
  const text = block.trim();
  const heading = /^(#{1,3}) (.+)$/.exec(text);
  if (heading?.[1] && heading[2]) return `<h${heading[1].length}>${inline(heading[2])}</h${heading[1].length}>`;
  const code = /^```\w*\n([\s\S]*?)\n```/.exec(text);
  if (code?.[1] !== undefined) return `<pre>${escapeHtml(code[1])}</pre>`;
  return text.startsWith('|') ? tableOf(text.split('\n')) : `<p>${inline(text)}</p>`;
}

function tableOf([head = '', , ...rows]: readonly string[]): string {
  const body = rows.map((row) => {
    const cells = cellsOf(row);
    const id = /^`([a-z_]+(?:\.[a-z_]+)?)`$/.exec(cells[0] ?? '')?.[1];
    return `<tr${id === undefined ? '' : ` id="${id}"`}>${cells.map((cell) => `<td>${inline(cell)}</td>`).join('')}</tr>`;
  });
  const titles = cellsOf(head).map((cell) => `<th>${inline(cell)}</th>`);
  return `<table><thead><tr>${titles.join('')}</tr></thead><tbody>\n${body.join('\n')}\n</tbody></table>`;
}

const cellsOf = (row: string): string[] =>
  row
    .replace(/^\||\|$/g, '')
    .split('|')
    .map((cell) => cell.trim());

const inline = (text: string): string =>
  escapeHtml(text)
    .replace(/`([^`]+)`/g, '<code>$1</code>')
    .replace(/\[([^\]]+)\]\((https:[^)\s]+)\)/g, '<a href="$2">$1</a>');

const style = `
:root { color-scheme: light dark; }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; } main { max-width: 60rem; margin: 0 auto; padding: 2rem 1.25rem; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; vertical-align: top; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid #8884; }
tr:target { background: #fd06; } code, pre { font: 14px/1.5 ui-monospace, monospace; } pre { overflow-x: auto; padding: 1rem; background: #8882; }
`;
