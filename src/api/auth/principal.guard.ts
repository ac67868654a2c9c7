import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Authenticator } from './authenticator.js';
import type { Principal } from './principal.js';
import { inLanguage } from '../http/speaker.js';

/** Lets a request pass that comes with a good token or key, and says on it whose it is. */
@Injectable()
export class PrincipalGuard implements CanActivate {
  constructor(@Inject(Authenticator) private readonly authenticator: Authenticator) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const principal = await this.authenticator.authenticate(request.headers.authorization, request.ip);
    request.principal = inLanguage(principal, request.headers['accept-language']);
    sayLanguages(context.switchToHttp().getResponse<FastifyReply>(), request.principal);
    return true;
  }
}

/** Where a company has its texts in several languages: those an answer may tell them in. */
function sayLanguages(reply: FastifyReply, { actor: { texts, reads = [] } }: Principal): void {
  if (texts) void reply.headers({ 'content-language': [...reads, texts.own].join(', '), vary: 'Accept-Language' });
}
