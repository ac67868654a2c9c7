import { Readable } from 'node:stream';
import { Get } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiResponse } from '@nestjs/swagger';
import { systemActor } from '#kernel/access/actor.js';
import type { Runtime } from '#kernel/db/runtime.js';
import { resultsOf } from '#kernel/operations/chunks.js';
import { Operation } from '#kernel/operations/operation.resource.js';
import type { Speaker } from '#kernel/text/speaker.js';
import { speakerOf } from '../http/speaker.js';
import { problems } from './answers.js';
import { itemResultExample, itemResultName, wireResult } from './bulk-schemas.js';
import type { RestParts } from './resource.controller.js';
import { paramOf, principalOf, type Route } from './routes.js';
import { schemaRef } from './schemas.js';
import { jsonLines } from './streams.js';

/** What an operation came to, item by item; the operation itself is read like any resource. */
export function resultsRoute({ reads, runner }: RestParts): Route {
  return {
    name: 'getOperationResults',
    decorators: [
      Get(':operationId/results'),
      ApiOperation({
        operationId: 'getOperationResults',
        summary: 'Download the results of an operation.',
        description: 'One JSON object a line, in the order of the items: of all of them once it is over, of those done so far before.',
      }),
      ApiParam({ name: 'operationId', description: 'Id of the operation.', schema: { type: 'string', format: 'uuid', maxLength: 36 } }),
      ApiResponse({
        status: 200,
        description: 'The results, as JSON lines.',
        content: { [jsonLines]: { schema: schemaRef(itemResultName), example: itemResultExample } },
      }),
      ...problems(400, 404),
    ],
    handle: async (request, reply) => {
      const principal = principalOf(request);
      const id = paramOf(request, 'operationId');
      // Whoever may see the operation may see its results.
      await reads.one(Operation, id, { fields: ['state'], expand: [] }, principal);
      void reply
        .header('content-type', `${jsonLines}; charset=utf-8`)
        .header('content-disposition', `attachment; filename="operation-${id.toLowerCase()}.ndjson"`);
      return Readable.from(
        linesOf(runner.runtime, { tenantId: principal.tenantId, id, requestId: request.id, speaker: speakerOf(request) }),
      );
    },
  };
}

interface Wanted {
  readonly tenantId: string;
  readonly id: string;
  readonly requestId: string;
  readonly speaker: Speaker;
}

/** A chunk at a time, each read on a connection that is given back before the client takes the next. */
async function* linesOf(runtime: Runtime, { tenantId, id, requestId, speaker }: Wanted): AsyncGenerator<string> {
  const request = { tenantId, actor: systemActor('operation results'), cause: { command: 'operation.results' } };
  for (let number = 0; ; number++) {
    const results = await runtime.withStatement(request, (work) => resultsOf(work, id, number));
    if (!results) return;
    yield results.map((result) => `${JSON.stringify(wireResult(result, requestId, speaker))}\n`).join('');
  }
}
