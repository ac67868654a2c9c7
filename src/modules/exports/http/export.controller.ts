import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { Controller, Get, Inject, Req, Res, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiParam, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PrincipalGuard } from '#api/auth/principal.guard.js';
import type { Principal } from '#api/auth/principal.js';
import { problems } from '#api/rest/answers.js';
import { RestReads } from '#api/rest/reads.js';
import { paramOf, principalOf, queryOf } from '#api/rest/routes.js';
import { invalid } from '#kernel/errors/domain-error.js';
import type { Resource } from '#kernel/resource/define-resource.js';
import { Runner } from '#kernel/usecase/runner.js';
import { openTable, resourceAt } from '../list/list-of.js';
import { noteExport } from '../list/note-export.js';
import { mostRows } from '../list/read-list.js';
import { formatNamed, formatNames, formats, type Format, type Table } from '../write/formats.js';

const text = (maxLength: number) => ({ type: 'string' as const, maxLength });
const binary = { schema: { type: 'string' as const, format: 'binary', maxLength: 2_147_483_647 } };
const lines = { ...binary, example: '{"id":"0198f000-0000-7000-8000-000000000001","name":"Acme"}\n' };
const sample = (mediaType: string) => (mediaType.includes('json') ? lines : binary);

/** Lists to take away. */
@ApiTags('exports')
@ApiBearerAuth()
@UseGuards(PrincipalGuard)
@Controller('v1/exports')
export class ExportController {
  constructor(
    @Inject(Runner) private readonly runner: Runner,
    @Inject(RestReads) private readonly reads: RestReads,
  ) {}

  @Get(':list')
  @ApiOperation({
    operationId: 'exportList',
    summary: 'Take a list away as a file.',
    description:
      'The list that `GET /v1/{list}` shows with the same filter, order and fields, all of its rows: what you may read, masked where it is masked, and of that what your right to export reaches. It is written down who took what. Of more than 500,000 rows `POST /v1/exports` makes a file in the background. Texts that a spreadsheet would take for formulas begin with an apostrophe.',
  })
  @ApiParam({ name: 'list', description: 'The list as its address names it: `accounts`, `price-lists`.', schema: text(100) })
  @ApiQuery({
    name: 'format',
    required: false,
    description: 'The kind of file.',
    schema: { type: 'string', enum: [...formatNames], default: 'csv' },
  })
  @ApiQuery({ name: 'filter', required: false, description: 'A JSON condition, as of the list.', schema: text(4000) })
  @ApiQuery({ name: 'sort', required: false, description: 'Fields, comma separated, as of the list.', schema: text(4000) })
  @ApiQuery({ name: 'fields', required: false, description: 'Only these fields, comma separated.', schema: text(4000) })
  @ApiResponse({
    status: 200,
    description: 'The file.',
    content: Object.fromEntries(Object.values(formats).map(({ mediaType }) => [mediaType.split(';')[0] ?? '', sample(mediaType)])),
  })
  @((target, name, descriptor) => problems(400, 404, 413).forEach((decorate) => void decorate(target, name, descriptor)))
  async exportList(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<Readable> {
    const principal = principalOf(request);
    const resource = resourceAt(principal.definitions, paramOf(request, 'list'));
    const { format: given = 'csv', ...query } = queryOf(request);
    const name = formatNamed(given);
    if (!name)
      throw invalid('request.bad_parameter', `The parameter "format" must be one of ${formatNames.join(', ')}.`, { parameter: 'format' });
    const format = formats[name];
    const table = await this.tableOf(resource, { query, principal, format: name, requestId: request.id });
    void reply.headers({
      'content-type': format.mediaType,
      'content-disposition': `attachment; filename="${resource.path}.${format.ending}"`,
      'x-content-type-options': 'nosniff',
    });
    return this.sent(format, table);
  }

  private async tableOf(resource: Resource, { query, principal, format, requestId }: Asked): Promise<Table> {
    const table = await openTable(this.reads, resource, { query: onlyOfWholeLists(query), limit: mostRows }, principal);
    const { total: rows, columns, filter } = table;
    const { tenantId, actor } = principal;
    const cause = { command: `${resource.name}.export`, requestId };
    await this.runner.runtime.withWork({ tenantId, actor, cause }, (work) =>
      noteExport(work, resource, { format, rows, columns: columns.map(({ name }) => name), filter }),
    );
    return table;
  }

  /** What is a whole file first is written beside the uploads, and gone when it has been sent. */
  private async sent(format: Format, table: Table): Promise<Readable> {
    if (format.kind === 'stream') return Readable.from(format.write(table));
    const { files } = this.runner.runtime.ports;
    const path = await files.draft();
    try {
      await format.write(table, path);
    } catch (error) {
      await files.drop(path);
      throw error;
    }
    return createReadStream(path).once('close', () => void files.drop(path));
  }
}

interface Asked {
  readonly query: Readonly<Record<string, unknown>>;
  readonly principal: Principal;
  readonly format: string;
  readonly requestId: string;
}

const known = ['filter', 'sort', 'fields'];

/** A page of a list is no whole list. */
function onlyOfWholeLists(query: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const stray = Object.keys(query).find((name) => !known.includes(name));
  if (stray === undefined) return query;
  throw invalid('request.unknown_parameter', `There is no parameter "${stray.slice(0, 80)}" here. Known: format, ${known.join(', ')}.`);
}
