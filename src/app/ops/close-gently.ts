import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Logger } from 'pino';
import { Health } from './health.js';
import type { Traffic } from './traffic.js';

/** Says it is going, stops listening, lets what runs finish, then closes: Nest alone would stop GraphQL under running requests. */
export async function closeGently(app: NestFastifyApplication, traffic: Traffic, log: Logger, withinMs = 20_000): Promise<void> {
  app.get(Health, { strict: false }).drain();
  const server = app.getHttpServer();
  server.close();
  const left = await traffic.quiet(withinMs);
  if (left > 0) {
    log.warn({ requests: left }, 'Requests were cut off: they took too long');
    server.closeAllConnections();
  }
  await app.close();
}
