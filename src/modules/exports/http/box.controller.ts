import type { Readable } from 'node:stream';
import { Controller, Get, Inject, Req, Res, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PrincipalGuard } from '#api/auth/principal.guard.js';
import { problems } from '#api/rest/answers.js';
import { RestReads } from '#api/rest/reads.js';
import { paramOf, principalOf } from '#api/rest/routes.js';
import { permissionMissing } from '#kernel/access/errors.js';
import { noteAudit } from '#kernel/audit/note-audit.js';
import { notFound } from '#kernel/errors/domain-error.js';
import type { BlobName, FileStore } from '#kernel/ports/ports.js';
import { Operation } from '#kernel/operations/operation.resource.js';
import { Runner } from '#kernel/usecase/runner.js';
import { mayExport } from '../tenant/may-export.js';

const noFile = () => notFound('export.no_file', 'The operation has left no file, or it is gone: it is kept for a day.');

/** The archive of a whole company. */
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
    summary: 'Download the archive of the company.',
    description:
      'The file that `exportTenant` wrote. Whoever sees the operation and may export the company gets it; each download is in the audit.',
  })
  @ApiParam({ name: 'operationId', description: 'Id of the operation.', schema: { type: 'string', format: 'uuid', maxLength: 36 } })
  @ApiResponse({
    status: 200,
    description: 'The archive.',
    content: { 'application/zip': { schema: { type: 'string', format: 'binary', maxLength: 2_147_483_647 } } },
  })
  @((target, name, descriptor) => problems(400, 404).forEach((decorate) => void decorate(target, name, descriptor)))
  async file(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<Readable> {
    const principal = principalOf(request);
    const { tenantId, actor } = principal;
    if (!mayExport(actor)) throw permissionMissing('tenant:export');
    const id = paramOf(request, 'operationId');
    await this.reads.one(Operation, id, { fields: ['state'], expand: [] }, principal);
    const { runtime } = this.runner;
    const cause = { command: 'tenant.export', requestId: request.id };
    const { fileName, content } = await runtime.withWork({ tenantId, actor, cause }, async (work) => {
      const { fileName, fileSha256 } = await work.system.repo(Operation).get(id);
      const content = fileName && fileSha256 ? await contentOf(runtime.ports.files, { tenantId, sha256: fileSha256 }) : null;
      if (!content) throw noFile();
      const changes = { fileName: [null, fileName] } as const;
      await noteAudit(work, { resource: 'operation', recordId: id, action: 'downloaded', class: 'export', changes });
      return { fileName, content };
    });
    void reply.headers({
      'content-type': 'application/zip',
      'content-disposition': `attachment; filename="${fileName}"`,
      'x-content-type-options': 'nosniff',
      'cache-control': 'private, no-store',
    });
    return content;
  }
}

/** Null when the store has it no more. */
async function contentOf(files: FileStore, blob: BlobName): Promise<Readable | null> {
  try {
    return await files.read(blob);
  } catch (error) {
    if ((error as { code?: unknown } | null)?.code === 'ENOENT') return null;
    throw error;
  }
}
