import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../config.js';

type GuardConfig = Pick<Config, 'isProduction' | 'opsToken'>;

/** What shows the inside of the installation, and what only helps to explore it. */
const inside = ['/metrics', '/jobs'];
const exploring = ['/docs', '/explorer'];

/** Who may see the addresses of operators: the bearer of the token, and outside production this machine itself. */
export function guardOperatorPages(server: Pick<FastifyInstance, 'addHook'>, config: GuardConfig): void {
  const guarded = config.isProduction ? [...inside, ...exploring] : inside;
  server.addHook('onRequest', (request, reply, done) => {
    const { url } = request.routeOptions;
    const isGuarded = url !== undefined && guarded.some((path) => url === path || url.startsWith(`${path}/`));
    if (!isGuarded || mayOperate(request, config)) done();
    else refuse(reply, config);
  });
}

function mayOperate(request: FastifyRequest, { isProduction, opsToken }: GuardConfig): boolean {
  if (opsToken !== null && hasToken(request.headers.authorization, opsToken)) return true;
  return !isProduction && isThisMachine(request);
}

/** Without a token there is nothing to ask for, so there is nothing here. */
function refuse(reply: FastifyReply, { opsToken }: GuardConfig): void {
  if (opsToken === null) reply.callNotFound();
  else
    void reply
      .code(401)
      .header('www-authenticate', 'Basic realm="Kontor operators", Bearer')
      .type('text/plain; charset=utf-8')
      .send('An operator token is needed.\n');
}

function hasToken(header: string | undefined, token: string): boolean {
  const [scheme, value = ''] = header?.split(' ') ?? [];
  const kind = scheme?.toLowerCase();
  if (kind === 'bearer') return same(value, token);
  if (kind !== 'basic') return false;
  const text = Buffer.from(value, 'base64').toString('utf8');
  return same(text.slice(text.indexOf(':') + 1), token);
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
const same = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b));

const loopback = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);
const loopbackNames = new Set(['localhost', '127.0.0.1', '[::1]']);

/** The name counts too: a page from elsewhere can have its own name point here, but not call itself localhost. */
function isThisMachine(request: FastifyRequest): boolean {
  return (
    loopback.has(request.socket.remoteAddress ?? '') && loopback.has(request.ip) && loopbackNames.has(request.host.replace(/:\d+$/, ''))
  );
}
