import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { FastifyAdapter } from '@bull-board/fastify';
import type { FastifyInstance } from 'fastify';
import type { QueueBackend } from '#kernel/jobs/queue-backend.js';
import { pagePolicy } from './page.js';

type RedisQueue = ConstructorParameters<typeof BullMQAdapter>[0];

/** The queue as a page to look at. A bell carries no payload; of what it carries only this is shown. */
const shown = ['name', 'taskId', 'tenantId', 'attempts', 'dueAt'];

export async function addJobBoard(server: FastifyInstance, { queue }: Pick<QueueBackend, 'queue'>): Promise<void> {
  // The board's types know queues on Redis only; its code asks the queue what it runs on.
  const board = new BullMQAdapter(queue as unknown as RedisQueue, {
    readOnlyMode: true,
    description: 'Bells: notes that a task is due. The tasks themselves are rows in kernel.tasks.',
  });
  board.setFormatter('data', (data: Record<string, unknown>) => Object.fromEntries(shown.map((name) => [name, data[name]])));
  board.setFormatter('returnValue', () => null);
  board.setFormatter('progress', () => null);
  const pages = new FastifyAdapter();
  createBullBoard({ queues: [board], serverAdapter: pages, options: { uiConfig: { boardTitle: 'Kontor jobs', hideRedisDetails: true } } });
  pages.setBasePath('/jobs');
  await server.register(async (scope) => {
    scope.addHook('onSend', (_request, reply, body, done) => {
      const isPage = typeof body === 'string' && String(reply.getHeader('content-type')).startsWith('text/html');
      if (isPage) void reply.header('content-security-policy', pagePolicy(body));
      // The page asks a server elsewhere for its letters.
      done(null, isPage ? body.replace(/<link href="https:[^>]*>/g, '') : body);
    });
    await scope.register(pages.registerPlugin(), { prefix: '/jobs' });
  });
}
