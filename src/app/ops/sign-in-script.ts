import { scriptValue } from './page.js';

/**
 * For explorer and documentation: a bar to sign in with, whose session goes along with every request of the page. Kept in
 * sessionStorage, so it ends with the tab; renewed before it runs out.
 */
export const signInScript = (demo: { readonly email: string; readonly password: string } | null): string =>
  `'use strict';\n(() => {\nconst demo = ${scriptValue(demo)};\nconst css = ${scriptValue(style)};\n${session}${bar}})();\n`;

const session = `
const place = 'kontor.session';
const read = () => JSON.parse(sessionStorage.getItem(place) ?? 'null');
const keep = (email, answer) => sessionStorage.setItem(place, JSON.stringify({ ...answer, email, until: Date.now() + answer.expiresIn * 1000 }));
const plainFetch = window.fetch.bind(window);

async function ask(path, body) {
  const response = await plainFetch('/v1/auth/' + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  const answer = response.status === 204 ? null : await response.json();
  if (!response.ok) throw new Error(answer.detail);
  return answer;
}

let renewing = null;
async function authorization() {
  const session = read();
  if (!session) return null;
  if (session.until - Date.now() < 30000) {
    renewing ??= ask('refresh', { refreshToken: session.refreshToken })
      .then((answer) => keep(session.email, answer), () => sessionStorage.removeItem(place))
      .finally(() => { renewing = null; show(); });
    await renewing;
  }
  const current = read();
  return current && 'Bearer ' + current.accessToken;
}

// A header that was typed into the page counts more.
window.fetch = async (input, init) => {
  const request = new Request(input, init);
  const { origin, pathname } = new URL(request.url);
  const ours = origin === location.origin && (pathname === '/graphql' || pathname.startsWith('/v1/'));
  if (ours && !request.headers.has('authorization')) {
    const value = await authorization();
    if (value) request.headers.set('authorization', value);
  }
  return plainFetch(request);
};

const plainSend = WebSocket.prototype.send;
WebSocket.prototype.send = function (data) {
  const session = read();
  if (session && typeof data === 'string' && data.startsWith('{"type":"connection_init"')) {
    const message = JSON.parse(data);
    message.payload = { Authorization: 'Bearer ' + session.accessToken, ...message.payload };
    return plainSend.call(this, JSON.stringify(message));
  }
  return plainSend.call(this, data);
};

`;

const bar = `
const make = (tag, values, ...children) => {
  const element = Object.assign(document.createElement(tag), values);
  element.append(...children);
  return element;
};
const bar = make('form', { id: 'kontor-sign-in' });

function show(problem = '') {
  const session = read();
  const home = make('a', { href: '/', textContent: 'Kontor' });
  if (session) {
    const out = make('button', { type: 'button', textContent: 'Sign out' });
    out.addEventListener('click', async () => {
      sessionStorage.removeItem(place);
      await ask('logout', { refreshToken: session.refreshToken }).catch(() => undefined);
      show();
    });
    bar.replaceChildren(home, make('span', { textContent: 'Signed in as ' + session.email }), out);
    return;
  }
  bar.replaceChildren(
    home,
    make('input', { name: 'email', type: 'email', required: true, placeholder: 'E-mail', ariaLabel: 'E-mail', autocomplete: 'username', value: demo?.email ?? '' }),
    make('input', { name: 'password', type: 'password', required: true, placeholder: 'Password', ariaLabel: 'Password', autocomplete: 'current-password', value: demo?.password ?? '' }),
    make('button', { textContent: demo ? 'Sign in to the demo company' : 'Sign in' }),
    make('span', { className: 'problem', role: 'alert', textContent: problem }),
  );
}

bar.addEventListener('submit', async (event) => {
  event.preventDefault();
  const email = bar.elements.email.value;
  try {
    keep(email, await ask('login', { email, password: bar.elements.password.value }));
    show();
  } catch (error) {
    show(error.message);
  }
});

const style = make('style', { textContent: css });
const start = () => { document.head.append(style); document.body.prepend(bar); show(); };
if (document.body) start();
else addEventListener('DOMContentLoaded', start);
`;

const style = `#kontor-sign-in { display: flex; align-items: center; gap: .6rem; box-sizing: border-box; height: 42px; padding: 0 1rem; background: #17212b; color: #dfe7ee; font: 14px system-ui, sans-serif; }
#kontor-sign-in a { color: #fff; font-weight: 600; text-decoration: none; margin-right: auto; }
#kontor-sign-in input, #kontor-sign-in button { font: inherit; padding: .2rem .5rem; border: 1px solid #4a5b6b; border-radius: 4px; background: #22303d; color: inherit; }
#kontor-sign-in button { background: #2a76ab; border-color: #2a76ab; color: #fff; cursor: pointer; }
#kontor-sign-in .problem { color: #ffb4a8; } #kontor-sign-in .problem:empty { display: none; }
#ruru-root { height: calc(100vh - 42px) !important; }`;
