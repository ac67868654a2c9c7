import { Controller, Get, Header, HttpCode, Inject, Ip, Param, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { systemActor } from '#kernel/access/actor.js';
import { Runner } from '#kernel/usecase/runner.js';
import { readToken } from '../message/unsubscribe-link.js';
import { unsubscribe } from '../message/unsubscribe.js';
import { askPage, donePage } from './unsubscribe-page.js';

const HTML = 'text/html; charset=utf-8';

/** One-click unsubscribe (RFC 8058). Scanners follow links, so only POST changes anything; a token that is not ours is answered alike. */
@ApiTags('unsubscribe')
@Controller('public/v1/u')
export class UnsubscribeController {
  constructor(@Inject(Runner) private readonly runner: Runner) {}

  @Get(':token')
  @Header('content-type', HTML)
  @Header('cache-control', 'no-store')
  @Header('referrer-policy', 'no-referrer')
  @Header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'")
  @ApiOperation({ operationId: 'askUnsubscribe', summary: 'A page with a button; changes nothing.' })
  @ApiParam({ name: 'token', description: 'From the link of one e-mail.' })
  @ApiOkResponse({ description: 'The page.', content: { 'text/html': { schema: { type: 'string' } } } })
  ask(): string {
    return askPage;
  }

  @Post(':token')
  @HttpCode(200)
  @Header('content-type', HTML)
  @Header('cache-control', 'no-store')
  @Header('referrer-policy', 'no-referrer')
  @Header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
  @ApiOperation({
    operationId: 'unsubscribe',
    summary: 'Withdraw the consent an e-mail was sent by.',
    description: 'What mail clients call (List-Unsubscribe-Post). Doing it again changes nothing.',
  })
  @ApiParam({ name: 'token', description: 'From the link of one e-mail.' })
  @ApiOkResponse({ description: 'Done, also when the token names nothing.', content: { 'text/html': { schema: { type: 'string' } } } })
  async unsubscribe(@Param('token') token: string, @Ip() ip: string): Promise<string> {
    const { runtime } = this.runner;
    const named = readToken(token, runtime.ports);
    if (named) {
      const request = {
        tenantId: named.tenantId,
        actor: systemActor('unsubscribe link'),
        cause: { command: 'outbound_message.unsubscribe' },
      };
      await runtime.withWork(request, (work) => unsubscribe(work, named.messageId, ip));
    }
    return donePage;
  }
}
