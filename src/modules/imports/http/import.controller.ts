import { Controller, Get, HttpCode, Inject, Param, Post, Req, Res, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiConsumes, ApiOperation, ApiParam, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PrincipalGuard } from '#api/auth/principal.guard.js';
import { answer, idempotencyHeader, problems } from '#api/rest/answers.js';
import { listQuery } from '#api/rest/query.js';
import { RestReads } from '#api/rest/reads.js';
import { callOf, json, principalOf, queryOf } from '#api/rest/routes.js';
import { listName, outputName } from '#api/rest/schemas.js';
import { Runner } from '#kernel/usecase/runner.js';
import { ImportIssue } from '../import/import-issue.resource.js';
import { ImportRun } from '../import/import-run.resource.js';
import { takeImport, takeUploads } from '../import/take-import.js';
import { readForm } from './read-form.js';

const all =
  (decorators: readonly MethodDecorator[]): MethodDecorator =>
  (target, name, descriptor) => {
    for (const decorate of decorators) decorate(target, name, descriptor);
  };

const form = {
  type: 'object' as const,
  required: ['mapping', 'files'],
  properties: {
    mapping: { type: 'string' as const, maxLength: 80, description: 'What the files mean, e.g. `crm-opportunities`.' },
    files: {
      type: 'array' as const,
      maxItems: 20,
      items: { type: 'string' as const, format: 'binary', maxLength: 20_971_520 },
      description: 'The files, each with its name.',
    },
  },
};
const text = (maxLength: number) => ({ type: 'string' as const, maxLength });

/** Files come in here and run in the background; the import itself is read like any resource. */
@ApiTags('imports')
@ApiBearerAuth()
@UseGuards(PrincipalGuard)
@Controller('v1/imports')
export class ImportController {
  constructor(
    @Inject(Runner) private readonly runner: Runner,
    @Inject(RestReads) private readonly reads: RestReads,
  ) {}

  @Post()
  @HttpCode(202)
  @ApiOperation({
    operationId: 'uploadImport',
    summary: 'Import files of another system.',
    description: 'Takes the files and answers at once; the import runs in the background. Read it at the address in `Location`.',
  })
  @ApiConsumes('multipart/form-data')
  @ApiBody({ required: true, schema: form })
  @all([
    idempotencyHeader,
    answer(202, outputName(takeImport), 'Taken.', { Location: { description: 'Where the import tells how far it is.' } }),
    ...problems(400, 404, 409, 413),
  ])
  async start(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<object> {
    const { result } = await this.runner.run(takeUploads, await readForm(request), callOf(request));
    void reply.header('location', `/v1/imports/${result.importId}`);
    return result;
  }

  @Get(':importId/issues')
  @ApiOperation({
    operationId: 'listIssuesOfImport',
    summary: 'What an import found wrong.',
    description: 'The same list as /v1/import-issues, of one import: file, line, field, rule, value and what was done.',
  })
  @ApiParam({ name: 'importId', description: 'Id of the import.', schema: { ...text(36), format: 'uuid' } })
  @ApiQuery({ name: 'filter', required: false, description: 'A JSON condition: `{"rule":{"eq":"parse_date"}}`.', schema: text(4000) })
  @ApiQuery({ name: 'sort', required: false, description: 'Fields, comma separated; `-` in front for descending.', schema: text(4000) })
  @ApiQuery({
    name: 'limit',
    required: false,
    description: 'Rows a page.',
    schema: { type: 'integer', format: 'int32', minimum: 1, maximum: 200, default: 50 },
  })
  @ApiQuery({ name: 'after', required: false, description: 'The `endCursor` of the page before.', schema: text(4000) })
  @ApiQuery({ name: 'count', required: false, description: 'Also count the whole list.', schema: { type: 'boolean', default: false } })
  @all([answer(200, listName(ImportIssue), 'A page.'), ...problems(400, 404)])
  async issues(
    @Param('importId') id: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const principal = principalOf(request);
    await this.reads.one(ImportRun, id, { fields: ['state'], expand: [] }, principal);
    const query = listQuery(queryOf(request));
    const mine = { importId: { eq: id } };
    return json(
      reply,
      await this.reads.list(
        ImportIssue,
        { orderBy: inOrder, ...query, filter: query.filter ? { and: [mine, query.filter] } : mine },
        principal,
      ),
    );
  }
}

const inOrder = [{ file: 'ASC' }, { line: 'ASC' }];
