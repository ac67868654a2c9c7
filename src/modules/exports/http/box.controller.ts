import type { Readable } from 'node:stream';
import { Controller, Get, Inject, Req, Res, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PrincipalGuard } from '#api/auth/principal.guard.js';
import { problems } from '#api/rest/answers.js';
import { RestReads } from '#api/rest/reads.js';
import { paramOf, principalOf } from '#api/rest/routes.js';
import { reachOf, type Actor } from '#kernel/access/actor.js';
import { permissionMissing } from '#kernel/access/errors.js';
import { noteAudit } from '#kernel/audit/note-audit.js';
import { notFound } from '#kernel/errors/domain-error.js';
import type { BlobName, FileStore } from '#kernel/ports/ports.js';
import { Operation } from '#kernel/operations/operation.resource.js';
import { Runner } from '#kernel/usecase/runner.js';
import { mayExport } from '../tenant/may-export.js';
import { formats } from '../write/formats.js';

const noFile = () => notFound('export.no_file', 'The operation has left no file, or it is gone: it is kept for a day.');

const mediaTypes = Object.values(formats).map(({ mediaType }) => mediaType.split(';')[0] ?? '');
const binary = { schema: { type: 'string' as const, format: 'binary', maxLength: 2_147_483_647 } };
const lines = { ...binary, example: '{"id":"0198f000-0000-7000-8000-000000000001","name":"Acme"}\n' };
const sample = (mediaType: string) => (mediaType.includes('json') ? lines : binary);

/** Files exports have left: lists, and the archive of a whole company. */
@ApiTags('exports')
@ApiBearerAuth()
@UseGuards(PrincipalGuard)
@Controller('v1/operations')
export class BoxController {
  constructor(
    @Inject(Runner) private readonly runner: Runner,
    @Inject(RestReads) private readonly reads: RestReads,
  ) {}

  @Get(':operationId/file')
  @ApiOperation({
    operationId: 'getOperationFile',
    summary: 'Download the file an export has left.',
    description:
      'The archive that `exportTenant` wrote, for whoever sees the operation and may export the company; or the list that `startExport` wrote, for who started it and may still export it. Each download is in the audit.',
  })
  @ApiParam({ name: 'operationId', description: 'Id of the operation.', schema: { type: 'string', format: 'uuid', maxLength: 36 } })
  @ApiResponse({
    status: 200,
    description: 'The file.',
    content: Object.fromEntries(['application/zip', ...mediaTypes].map((type) => [type, sample(type)])),
  })
  @((target, name, descriptor) => problems(400, 404).forEach((decorate) => void decorate(target, name, descriptor)))
  async file(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<Readable> {
    const principal = principalOf(request);
    const { tenantId, actor } = principal;
    const id = paramOf(request, 'operationId');
    const { runtime } = this.runner;
    const found = await runtime.withWork({ tenantId, actor, cause: { command: 'export.fetch' } }, (work) =>
      work.system.repo(Operation).find(id),
    );
    const ofList = found?.kind === 'export' && found.target !== 'tenant';
    if (!ofList && !mayExport(actor)) throw permissionMissing('tenant:export');
    await this.reads.one(Operation, id, { fields: ['state'], expand: [] }, principal);
    if (ofList) refuseOthers(found, actor);
    const cause = { command: `${found?.target ?? 'tenant'}.export`, requestId: request.id };
    const { fileName, fileSha256, content } = await runtime.withWork({ tenantId, actor, cause }, async (work) => {
      const { fileName, fileKey, fileSha256 } = await work.system.repo(Operation).get(id);
      const content = fileName && fileKey ? await contentOf(runtime.ports.files, { tenantId, sha256: fileKey }) : null;
      if (!fileName || !content) throw noFile();
      const changes = { fileName: [null, fileName] } as const;
      await noteAudit(work, { resource: 'operation', recordId: id, action: 'downloaded', class: 'export', changes });
      return { fileName, fileSha256, content };
    });
    void reply.headers({
      'content-type': mediaTypeOf(fileName),
      'content-disposition': `attachment; filename="${fileName}"`,
      'x-content-type-options': 'nosniff',
      'cache-control': 'private, no-store',
      ...(fileSha256 ? { 'repr-digest': `sha-256=:${Buffer.from(fileSha256, 'hex').toString('base64')}:` } : {}),
    });
    return content;
  }
}

/** A list was read with the rights of who started it, so it is for nobody else. */
function refuseOthers({ target, startedBy }: Operation, { kind, id, permissions }: Actor): void {
  const isStarter = startedBy?.kind === kind && startedBy.id === id;
  if (!isStarter || reachOf(permissions, `${target}:export`) === null) throw permissionMissing(`${target}:export`);
}

const mediaTypeOf = (fileName: string): string =>
  Object.values(formats).find(({ ending }) => fileName.endsWith(`.${ending}`))?.mediaType ?? 'application/zip';

/** Null when the store has it no more. */
async function contentOf(files: FileStore, blob: BlobName): Promise<Readable | null> {
  try {
    return await files.read(blob);
  } catch (error) {
    if ((error as { code?: unknown } | null)?.code === 'ENOENT') return null;
    throw error;
  }
}
