import type { NestApplicationOptions } from '@nestjs/common';

/** Nest says nothing itself and throws what goes wrong at start. */
export const nestOptions: Pick<NestApplicationOptions, 'logger' | 'abortOnError'> = { logger: false, abortOnError: false };
