import { Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Logger } from 'pino';
import { Health } from './health.js';
import type { Traffic } from './traffic.js';

/** A request may be under way on a connection that looks idle. */
const lingerMs = 300;

/** Says it is going, stops listening, lets what runs finish, then closes: Nest alone would stop GraphQL under running requests. */
export async function closeGently(app: NestFastifyApplication, traffic: Traffic, log: Logger, withinMs = 20_000): Promise<void> {
  app.get(Health, { strict: false }).drain();
  const server = app.getHttpServer();
  traffic.sendAway();
  // The close of node:http would also cut connections that look idle.
  Server.prototype.close.call(server);
  await sleep(lingerMs);
  const left = await traffic.quiet(withinMs);
  if (left > 0) {
    log.warn({ requests: left }, 'Requests were cut off: they took too long');
    server.closeAllConnections();
  }
  await app.close();
}
