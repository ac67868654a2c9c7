import { Readable } from 'node:stream';
import { Controller, Get, HttpCode, Inject, Param, Post, Req, Res, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiConsumes, ApiOperation, ApiParam, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PrincipalGuard } from '#api/auth/principal.guard.js';
import { answer, idempotencyHeader, problems } from '#api/rest/answers.js';
import { listQuery } from '#api/rest/query.js';
import { RestReads } from '#api/rest/reads.js';
import { callOf, json, principalOf, queryOf } from '#api/rest/routes.js';
import { listName, outputName } from '#api/rest/schemas.js';
import { Runner } from '#kernel/usecase/runner.js';
import { failedRows, transactAs } from './failed-rows.js';
import { ImportIssue } from '../import/import-issue.resource.js';
import { ImportRun } from '../import/import-run.resource.js';
import { takeImport, takeUploads } from '../import/take-import.js';
import { withForm } from './read-form.js';
import { invalid, notFound } from '#kernel/errors/domain-error.js';
import { createFromUploads } from '../import/create-import.js';

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
      items: { type: 'string' as const, format: 'binary', maxLength: 1_073_741_824 },
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
    const { result } = await withForm(request, (form) => this.runner.run(takeUploads, form, callOf(request)));
    void reply.header('location', `/v1/imports/${result.importId}`);
    return result;
  }

  @Post('upload')
  @HttpCode(202)
  @ApiOperation({
    operationId: 'uploadImportFiles',
    summary: 'Bring files for an import by steps.',
    description:
      'CSV, workbooks, JSON lines or SQL inserts. They are looked through in the background; nothing is imported before it is mapped and started.',
  })
  @ApiConsumes('multipart/form-data')
  @ApiBody({ required: true, schema: { ...form, required: ['files'], properties: { files: form.properties.files } } })
  @all([
    idempotencyHeader,
    answer(202, outputName(createFromUploads), 'Taken.', { Location: { description: 'Where the import tells how far it is.' } }),
    ...problems(400, 409, 413),
  ])
  async upload(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<object> {
    const { result } = await withForm(request, ({ files }) => {
      const nameless = files.length === 0 || files.some(({ name }) => name === '');
      if (nameless) throw invalid('input.invalid', 'The files are missing: send each as a part of its own, with its file name.');
      return this.runner.run(createFromUploads, { files }, callOf(request));
    });
    void reply.header('location', `/v1/imports/${result.importId}`);
    return result;
  }

  @Get(':importId/failed-rows')
  @ApiOperation({
    operationId: 'downloadFailedRows',
    summary: 'The rows of an import that were left out.',
    description: 'As CSV with the columns of the file and `__error` as the last: to be put right and imported again.',
  })
  @ApiParam({ name: 'importId', description: 'Id of the import.', schema: { ...text(36), format: 'uuid' } })
  @ApiQuery({ name: 'table', required: false, description: 'Which table of `tables`; the first when left out.', schema: text(300) })
  @ApiResponse({ status: 200, description: 'The rows.', content: { 'text/csv': { schema: { type: 'string', maxLength: 2_147_483_647 } } } })
  @all(problems(400, 404))
  async failed(
    @Param('importId') id: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Readable> {
    const { tenantId, actor } = principalOf(request);
    const transact = transactAs(this.runner.runtime, { tenantId, actor, cause: { command: 'import.failed_rows', requestId: request.id } });
    await this.reads.one(ImportRun, id, { fields: ['state'], expand: [] }, principalOf(request));
    const run = await transact((work) => work.repo(ImportRun).get(id));
    const wanted = queryOf(request)['table'];
    const table = run.tables?.find(({ name }) => wanted === undefined || name === wanted);
    if (!table && (wanted !== undefined || (run.tables ?? []).length > 0))
      throw notFound('import.table_unknown', 'The import has no such table.');
    void reply.header('content-type', 'text/csv; charset=utf-8').header('content-disposition', 'attachment; filename="failed-rows.csv"');
    return Readable.from(failedRows(transact, { importId: run.id, table: table ?? null, language: actor.language }));
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
