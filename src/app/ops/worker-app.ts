import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { ProblemFilter, type DefectLog } from '#api/rest/problem.filter.js';
import { nestOptions } from '../nest-options.js';
import { newRequestId } from '../request-id.js';

/** The HTTP side of a process without the API: health and metrics only. */
export async function createWorkerApp(ops: DynamicModule, log: DefectLog): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({ bodyLimit: 1_024, genReqId: newRequestId });
  const app = await NestFactory.create<NestFastifyApplication>(ops, adapter, nestOptions);
  app.useGlobalFilters(new ProblemFilter(log));
  return app;
}
