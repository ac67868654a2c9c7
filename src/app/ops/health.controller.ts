import { Controller, Get, Inject, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Health } from './health.js';
import { Metrics } from './metrics.js';

/** For machines that watch this process. */
@ApiExcludeController()
@Controller()
export class HealthController {
  constructor(
    @Inject(Health) private readonly health: Health,
    @Inject(Metrics) private readonly metrics: Metrics,
  ) {}

  /** The process runs and answers; nothing else is asked. */
  @Get('livez')
  live(@Res() reply: FastifyReply): void {
    void reply.type('text/plain; charset=utf-8').send('alive\n');
  }

  @Get('readyz')
  async ready(@Res() reply: FastifyReply): Promise<void> {
    const problems = await this.health.problems();
    void reply
      .code(problems.length === 0 ? 200 : 503)
      .type('text/plain; charset=utf-8')
      .send(`${(problems.length === 0 ? ['ready'] : problems).join('\n')}\n`);
  }

  @Get('metrics')
  async read(@Res() reply: FastifyReply): Promise<void> {
    const text = await this.metrics.text();
    void reply.type(this.metrics.contentType).send(text);
  }
}
