import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Actor } from '#kernel/access/actor.js';
import { Authenticator } from './authenticator.js';
import { inLanguage } from '../http/speaker.js';

/** Lets a request pass that comes with a good token or key, and says on it whose it is. */
@Injectable()
export class PrincipalGuard implements CanActivate {
  constructor(@Inject(Authenticator) private readonly authenticator: Authenticator) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const principal = await this.authenticator.authenticate(request.headers.authorization, request.ip);
    request.principal = inLanguage(principal, request.headers['accept-language']);
    void context.switchToHttp().getResponse<FastifyReply>().headers(languageHeaders(request.principal.actor));
    return true;
  }
}

/** Where a company has its texts in several languages: those an answer may tell them in. */
export const languageHeaders = ({ texts, reads = [] }: Actor): Record<string, string> =>
  texts ? { 'content-language': [...reads, texts.own].join(', '), vary: 'Accept-Language' } : {};
