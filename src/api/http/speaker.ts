import type { FastifyRequest } from 'fastify';
import { askedLanguage, chooseLanguage, spoken, type Language } from '#kernel/text/language.js';
import { withReading } from '#kernel/text/reading.js';
import { english, type Speaker } from '#kernel/text/speaker.js';
import type { Texts } from '#kernel/text/texts.js';
import type { Principal } from '../auth/principal.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by PrincipalGuard. */
    principal?: Principal;
    /** What is said in other languages than English; absent where an API speaks English only. */
    texts?: Texts | undefined;
  }
}

/** Who speaks in the language of a request: the one it asks for, else its user's. */
export function speakerOf(request: Pick<FastifyRequest, 'texts' | 'headers' | 'principal'>): Speaker {
  return request.texts?.speaker(languageOf(request.headers['accept-language'], request.principal)) ?? english;
}

export const languageOf = (header: string | undefined, principal: Principal | null | undefined): Language =>
  chooseLanguage(header, principal?.actor.language);

/** The same principal, read to in the language his request asks for. */
export function inLanguage(principal: Principal, header: string | undefined): Principal {
  const language = askedLanguage(header);
  const actor = withReading(principal.actor, header);
  const isOwn = language === null || language === spoken(actor.language);
  return isOwn && actor === principal.actor ? principal : { ...principal, actor: isOwn ? actor : { ...actor, language } };
}

/** Whether the request itself says which language it wants. */
export const asksLanguage = (header: string | undefined): boolean => askedLanguage(header) !== null;

/** A refusal as GraphQL shows it. */
export interface Wording {
  readonly message: string;
  readonly extensions: { readonly code: string; readonly [detail: string]: unknown };
}

export function worded(speaker: Speaker, { message, extensions: { code, ...details } }: Wording): Wording {
  const said = speaker.refusal({ code, message, details });
  return { message: said.message, extensions: { code, ...said.details } };
}
