import { Module, type DynamicModule } from '@nestjs/common';
import type { QueueBackend } from '#kernel/jobs/queue-backend.js';
import type { System } from '../system.js';
import type { Metrics } from './metrics.js';

/** What the operation surface is made of. */
export interface OpsParts {
  readonly system: System;
  readonly queue: QueueBackend;
  readonly metrics: Metrics;
}

export const OPS_PARTS = Symbol('What the operation surface is made of');

/** Nest's side of the operation surface. */
export const opsModule = (parts: OpsParts): DynamicModule => ({ module: OpsModule, providers: [{ provide: OPS_PARTS, useValue: parts }], exports: [OPS_PARTS] });

@Module({})
class OpsModule {}
