import type { Readable } from 'node:stream';
import { Controller, Get, HttpCode, Inject, Param, Post, Req, Res, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiConsumes, ApiOperation, ApiParam, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PrincipalGuard } from '#api/auth/principal.guard.js';
import { answer, idempotencyHeader, problems } from '#api/rest/answers.js';
import { callOf, principalOf } from '#api/rest/routes.js';
import { outputName } from '#api/rest/schemas.js';
import { wireFields } from '#api/wire.js';
import { invalid } from '#kernel/errors/domain-error.js';
import { Runner } from '#kernel/usecase/runner.js';
import { quarantined } from '../file/link-file.js';
import { fileFields, fileInReach } from '../file/stored-file.js';
import { takeFile } from '../file/take-file.js';
import { getFile } from '../queries/get-file.js';
import { receive } from './receive.js';
import { sendFile } from './send-file.js';

const all =
  (decorators: readonly MethodDecorator[]): MethodDecorator =>
  (target, name, descriptor) => {
    for (const decorate of decorators) decorate(target, name, descriptor);
  };

const form = {
  type: 'object' as const,
  required: ['recordId', 'file'],
  properties: {
    recordId: { type: 'string' as const, format: 'uuid', maxLength: 36, description: 'The record it belongs to. Send it before the file.' },
    file: { type: 'string' as const, format: 'binary', maxLength: 2_147_483_647, description: 'The file, with its name.' },
  },
};
const text = (maxLength: number) => ({ type: 'string' as const, maxLength });

/** Content goes in and out here; what is known of files is asked like anything else. */
@ApiTags('files')
@ApiBearerAuth()
@UseGuards(PrincipalGuard)
@Controller('v1/files')
export class FileController {
  constructor(@Inject(Runner) private readonly runner: Runner) {}

  @Post()
  @HttpCode(201)
  @ApiOperation({
    operationId: 'uploadFile',
    summary: 'Attach a file to a record.',
    description:
      'As a form, or as the body itself with its own content type and `recordId` and `name` in the address. Who may change the record may attach to it. What it is is told by its content; what contradicts its name or type is kept in quarantine.',
  })
  @ApiConsumes('multipart/form-data', 'application/octet-stream')
  @ApiQuery({
    name: 'recordId',
    required: false,
    description: 'When the body is the file itself: the record it belongs to.',
    schema: text(36),
  })
  @ApiQuery({ name: 'name', required: false, description: 'When the body is the file itself: its name.', schema: text(1000) })
  @ApiBody({ required: true, schema: form })
  @all([
    idempotencyHeader,
    answer(201, outputName(getFile), 'Attached.', { Location: { description: 'Its address.' } }),
    ...problems(400, 404, 409, 413),
  ])
  async upload(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<object> {
    const call = callOf(request);
    if (call.dryRun) throw invalid('file.no_dry_run', 'An upload cannot be tried without effect.');
    const { files } = this.runner.runtime.ports;
    const { draft, input } = await receive(request, files);
    try {
      const { result, replayed } = await this.runner.run(takeFile(files, draft), input, call);
      if (replayed) void reply.header('idempotency-replayed', 'true');
      void reply.header('location', `/v1/files/${result.id}`);
      return wireFields(fileFields, result);
    } finally {
      await files.drop(draft);
    }
  }

  @Get(':fileId/content')
  @ApiOperation({
    operationId: 'downloadFile',
    summary: 'Download a file.',
    description: 'Always as an attachment, whole or by a range of bytes. Who may read its record may download it.',
  })
  @ApiParam({ name: 'fileId', description: 'Id of the file.', schema: { ...text(36), format: 'uuid' } })
  @ApiResponse({
    status: 200,
    description: 'The content.',
    content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary', maxLength: 2_147_483_647 } } },
  })
  @ApiResponse({ status: 206, description: 'The range of bytes that was asked for.' })
  @ApiResponse({ status: 416, description: 'There are no such bytes.' })
  @all(problems(400, 404, 409))
  async download(
    @Param('fileId') id: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Readable | string> {
    const { tenantId, actor } = principalOf(request);
    const { runtime } = this.runner;
    const cause = { command: 'file.download', requestId: request.id };
    const file = await runtime.withStatement({ tenantId, actor, cause }, (work) => fileInReach(work, id, 'read'));
    if (file.quarantine !== null) throw quarantined(file);
    return sendFile(request, reply, runtime.ports.files, { tenantId, file });
  }
}
