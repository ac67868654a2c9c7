import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Role } from '../serve.js';
import type { OpsParts } from './ops.module.js';

export interface PageParts extends OpsParts {
  readonly role: Role;
}

/** Adds the addresses for people and operators. */
export async function addPages(app: NestFastifyApplication, { metrics }: PageParts): Promise<void> {
  const server = app.getHttpAdapter().getInstance();
  server.get('/livez', (_request, reply) => reply.type('text/plain; charset=utf-8').send('ok\n'));
  server.get('/metrics', async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()));
  await Promise.resolve();
}
