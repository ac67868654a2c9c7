import { escapeHtml } from './page.js';

export interface StartPage {
  readonly version: string;
  /** Where the reader reached us, without a slash at the end. */
  readonly url: string;
  readonly demo: { readonly email: string; readonly password: string } | null;
  /** Whether explorer, documentation and job board are open to anybody. */
  readonly isProduction: boolean;
}

const links: readonly (readonly [path: string, name: string, about: string])[] = [
  ['/explorer', 'GraphQL explorer', 'Try queries, changes and subscriptions; the schema documents itself.'],
  ['/docs', 'REST documentation', 'Every route under /v1 with its fields and errors, to read and to try.'],
  ['/jobs', 'Job board', 'What the workers are doing.'],
  ['/readyz', 'Health', 'Ready, or what is missing. /livez only says that the process runs.'],
  ['/metrics', 'Metrics', 'For Prometheus.'],
];

export function startPage(page: StartPage): string {
  const rows = links.map(([path, name, about]) => `<li><a href="${path}">${name}</a><span>${about}</span></li>`).join('\n');
  const note = page.isProduction
    ? '<p class="note">Operators only: explorer, documentation, job board and metrics ask for the operator token.</p>'
    : '';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Kontor</title>
<link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' height='16' rx='3' fill='%231f5f8b'/%3E%3Cpath d='M5 3v10M11 3 5.6 8 11 13' stroke='white' stroke-width='2' fill='none'/%3E%3C/svg%3E">
<style>${style}</style>
</head>
<body>
<main>
<h1>Kontor <small>${escapeHtml(page.version)}</small></h1>
<p>A headless CRM: one customer database and four automations over it &ndash; sales, marketing, service and analytics.
Front ends speak GraphQL at <code>/graphql</code>, other systems speak REST under <code>/v1</code>.</p>
<ul>
${rows}
</ul>
${note}
${page.demo ? demoPart(page.url, page.demo) : ''}
</main>
${page.demo ? `<script>${script}</script>` : ''}
</body>
</html>
`;
}

function demoPart(url: string, { email, password }: { email: string; password: string }): string {
  const curl = `TOKEN=$(curl -s ${url}/v1/auth/login -H 'content-type: application/json' \\
  -d '${JSON.stringify({ email, password })}' | sed 's/.*"accessToken":"\\([^"]*\\)".*/\\1/')

curl -s "${url}/v1/accounts?limit=3" -H "authorization: Bearer $TOKEN"

curl -s ${url}/graphql -H "authorization: Bearer $TOKEN" -H 'content-type: application/json' \\
  -d '{"query":"{ accounts(first: 3) { nodes { id name } } }"}'`;
  return `<h2>Demo company</h2>
<p>Sign in as <code>${escapeHtml(email)}</code> with the password <code>${escapeHtml(password)}</code>, or from a terminal:</p>
<div class="copy"><pre id="curl">${escapeHtml(curl)}</pre><button type="button" id="copy">Copy</button></div>`;
}

const style = `
:root { color-scheme: light dark; --ink: #1c2733; --dim: #5b6b7b; --line: #d8e0e7; --back: #fff; --soft: #f3f6f9; --link: #1f5f8b; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4eaf0; --dim: #97a6b5; --line: #2e3a46; --back: #141b22; --soft: #1c252e; --link: #7cbbe6; } }
body { margin: 0; background: var(--back); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 46rem; margin: 0 auto; padding: 3rem 1.25rem; }
h1 { margin: 0 0 .5rem; font-size: 2rem; } h1 small { font-size: 1rem; font-weight: normal; color: var(--dim); }
h2 { margin: 2rem 0 .5rem; font-size: 1.2rem; }
ul { list-style: none; margin: 1.5rem 0; padding: 0; border-top: 1px solid var(--line); }
li { display: flex; gap: 1rem; padding: .6rem 0; border-bottom: 1px solid var(--line); }
li a { flex: 0 0 12rem; font-weight: 600; } li span { color: var(--dim); }
@media (max-width: 34rem) { li { flex-direction: column; gap: 0; } li a { flex: none; } }
a { color: var(--link); } .note { color: var(--dim); }
code, pre { font: 14px/1.5 ui-monospace, monospace; background: var(--soft); border-radius: 4px; } code { padding: .1em .3em; }
.copy { position: relative; } pre { padding: 3rem 1rem 1rem; margin: 0; overflow-x: auto; }
button { position: absolute; top: .5rem; right: .5rem; font: inherit; font-size: 14px; padding: .2rem .7rem; cursor: pointer; }
`;

const script = `
document.getElementById('copy').addEventListener('click', async (event) => {
  await navigator.clipboard.writeText(document.getElementById('curl').textContent);
  event.target.textContent = 'Copied';
});
`;
