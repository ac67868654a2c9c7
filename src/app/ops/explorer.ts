import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ruruHTML } from 'ruru/server';
import { pagePolicy, scriptValue } from './page.js';
import { signInScript } from './sign-in-script.js';

const firstQuery = `# Sign in above, then press Ctrl-Enter. The book on the left opens the documentation.
query Accounts {
  accounts(first: 5) {
    nodes {
      id
      name
      contacts(first: 3) {
        nodes { id firstName lastName }
      }
    }
  }
}
`;

const staticPath = '/explorer/static/';
const config = { staticPath, endpoint: '/graphql', subscriptionEndpoint: '/graphql', defaultQuery: firstQuery };

/** GraphiQL (as Ruru dresses it) from files of this server. */
export async function addExplorer(
  server: FastifyInstance,
  demo: { readonly email: string; readonly password: string } | null,
): Promise<void> {
  const assets = join(dirname(createRequire(import.meta.url).resolve('ruru/static')), '..', 'static');
  const html = ruruHTML({
    staticPath,
    htmlParts: {
      configScript: `<script>const RURU_CONFIG = ${scriptValue(config)};</script>`,
      titleTag: '<title>Kontor GraphQL explorer</title>',
      metaTags: (tags) => `${tags}\n<link rel="icon" href="data:,">`,
      headerScripts: (scripts) => `<script src="/explorer/sign-in.js"></script>\n${scripts}`,
    },
  });
  const policy = pagePolicy(html);
  const script = signInScript(demo);
  server.get('/explorer', (_request, reply) => reply.type('text/html; charset=utf-8').header('content-security-policy', policy).send(html));
  server.get('/explorer/sign-in.js', (_request, reply) => reply.type('text/javascript; charset=utf-8').send(script));
  await server.register(fastifyStatic, { root: assets, prefix: staticPath, decorateReply: false, index: false });
}
