import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { Controller, Get, Inject, Req, Res, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiParam, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PrincipalGuard } from '#api/auth/principal.guard.js';
import type { Principal } from '#api/auth/principal.js';
import { problems } from '#api/rest/answers.js';
import { listQuery } from '#api/rest/query.js';
import { RestReads } from '#api/rest/reads.js';
import { paramOf, principalOf, queryOf } from '#api/rest/routes.js';
import { isHidden } from '#kernel/access/field-rights.js';
import { invalid, notFound } from '#kernel/errors/domain-error.js';
import { readableFields } from '#kernel/read/field-sql.js';
import type { Resource } from '#kernel/resource/define-resource.js';
import { Runner } from '#kernel/usecase/runner.js';
import { columnsOf } from '../list/columns.js';
import { noteExport } from '../list/note-export.js';
import { asExporter, openList } from '../list/read-list.js';
import { formats, type Format, type Table } from '../write/formats.js';

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
      'The list that `GET /v1/{list}` shows with the same filter, order and fields, all of its rows: what you may read, masked where it is masked, and of that what your right to export reaches. It is written down who took what. Texts that a spreadsheet would take for formulas begin with an apostrophe.',
  })
  @ApiParam({ name: 'list', description: 'The list as its address names it: `accounts`, `price-lists`.', schema: text(100) })
  @ApiQuery({
    name: 'format',
    required: false,
    description: 'The kind of file.',
    schema: { type: 'string', enum: [...formats.keys()], default: 'csv' },
  })
  @ApiQuery({ name: 'filter', required: false, description: 'A JSON condition, as of the list.', schema: text(4000) })
  @ApiQuery({ name: 'sort', required: false, description: 'Fields, comma separated, as of the list.', schema: text(4000) })
  @ApiQuery({ name: 'fields', required: false, description: 'Only these fields, comma separated.', schema: text(4000) })
  @ApiResponse({
    status: 200,
    description: 'The file.',
    content: Object.fromEntries([...formats.values()].map(({ mediaType }) => [mediaType.split(';')[0] ?? '', sample(mediaType)])),
  })
  @((target, name, descriptor) => problems(400, 404, 413).forEach((decorate) => void decorate(target, name, descriptor)))
  async exportList(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<Readable> {
    const principal = principalOf(request);
    const resource = resourceAt(principal, paramOf(request, 'list'));
    const { format: name = 'csv', ...query } = queryOf(request);
    const format = typeof name === 'string' ? formats.get(name) : undefined;
    if (!format)
      throw invalid('request.bad_parameter', `The parameter "format" must be one of ${[...formats.keys()].join(', ')}.`, {
        parameter: 'format',
      });
    const table = await this.tableOf(resource, { query, principal, format: String(name), requestId: request.id });
    void reply.headers({
      'content-type': format.mediaType,
      'content-disposition': `attachment; filename="${resource.path}.${format.ending}"`,
      'x-content-type-options': 'nosniff',
    });
    return this.sent(format, table);
  }

  private async tableOf(resource: Resource, { query, principal, format, requestId }: Asked): Promise<Table> {
    const { filter, orderBy, fields } = listQuery(onlyOfWholeLists(query));
    const exporter = asExporter(principal, resource);
    const request = { fields, ...(filter === undefined ? {} : { filter }), ...(orderBy === undefined ? {} : { orderBy }) };
    const { total, pages } = await openList(this.reads, resource, request, exporter);
    const shown = fields ?? [
      'createdAt',
      'updatedAt',
      ...readableFields(resource).filter((field) => !isHidden(principal.actor, resource, field)),
    ];
    const columns = columnsOf(resource, new Set(['id', 'version', ...shown]));
    const { tenantId, actor } = principal;
    const cause = { command: `${resource.name}.export`, requestId };
    await this.runner.runtime.withWork({ tenantId, actor, cause }, (work) =>
      noteExport(work, resource, { format, rows: total, columns: columns.map(({ name }) => name), filter }),
    );
    return { resource, columns, pages };
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

function resourceAt({ definitions }: Principal, path: string): Resource {
  const lists = [...definitions.resources.values()].filter(({ operations }) => operations.includes('list'));
  // Objects a company defined itself are called by their plural alone.
  const found = lists.find((resource) => resource.path === path) ?? lists.find((resource) => resource.path === `records/${path}`);
  if (!found) throw notFound('export.no_such_list', 'There is no such list.', { list: path.slice(0, 100) });
  return found;
}

const known = ['filter', 'sort', 'fields'];

/** A page of a list is no whole list. */
function onlyOfWholeLists(query: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const stray = Object.keys(query).find((name) => !known.includes(name));
  if (stray === undefined) return query;
  throw invalid('request.unknown_parameter', `There is no parameter "${stray.slice(0, 80)}" here. Known: format, ${known.join(', ')}.`);
}
