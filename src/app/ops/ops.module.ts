import { Module, type DynamicModule } from '@nestjs/common';
import type { QueueBackend } from '#kernel/jobs/queue-backend.js';
import { migrationsFolder } from '../project-root.js';
import type { System } from '../system.js';
import { HealthController } from './health.controller.js';
import { Health } from './health.js';
import { Metrics } from './metrics.js';

/** What the operation surface is made of. */
export interface OpsParts {
  readonly system: Pick<System, 'config' | 'log' | 'runtime'>;
  readonly queue: Pick<QueueBackend, 'queue' | 'ping'>;
  readonly metrics: Metrics;
  readonly isWarm?: () => boolean;
}

/** Health and metrics: the same in every process, with or without the API. */
export function opsModule({ system, queue, metrics, ...more }: OpsParts): DynamicModule {
  const health = new Health({ pool: system.runtime.database.pool, queue, migrationsFolder, ...more });
  return {
    module: OpsModule,
    controllers: [HealthController],
    providers: [
      { provide: Health, useValue: health },
      { provide: Metrics, useValue: metrics },
    ],
  };
}

@Module({})
class OpsModule {}
