import type { Readable } from 'node:stream';
import { Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { systemActor } from '#kernel/access/actor.js';
import { notFound } from '#kernel/errors/domain-error.js';
import { sql } from '#kernel/db/sql.js';
import { Runtime } from '#kernel/db/runtime.js';
import { readLink } from '../file/link-file.js';
import { filesWhere } from '../file/stored-file.js';
import { sendFile } from './send-file.js';

const gone = () => notFound('file.link_over', 'This address is not good, or not any more. Ask for a new one.');

/** Downloads by signed addresses. A wrong one, an old one and one of a file that is gone are answered alike. */
@ApiTags('public')
@Controller('public/v1/files')
export class PublicFileController {
  constructor(@Inject(Runtime) private readonly runtime: Runtime) {}

  @Get(':token')
  @ApiOperation({ operationId: 'downloadLinkedFile', summary: 'Download a file by its signed address.' })
  @ApiParam({ name: 'token', description: 'From the address.', schema: { type: 'string', maxLength: 200 } })
  @ApiResponse({
    status: 200,
    description: 'The content.',
    content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary', maxLength: 2_147_483_647 } } },
  })
  async download(
    @Param('token') token: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Readable | string> {
    const named = readLink(token, this.runtime.ports, this.runtime.clock.now());
    if (!named) throw gone();
    const as = { tenantId: named.tenantId, actor: systemActor('download link'), cause: { command: 'file.download' } };
    const [file] = await this.runtime.withStatement(as, (work) => filesWhere(work, sql`f.id = ${named.fileId} and f.quarantine is null`));
    if (!file) throw gone();
    return sendFile(request, reply, this.runtime.ports.files, { tenantId: named.tenantId, file });
  }
}
