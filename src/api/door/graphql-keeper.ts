import type { GraphqlContext } from '../graphql/context.js';
import { clientNameOf } from '../graphql/document-route.js';
import { requestOf, type GraphqlRequest } from '../graphql/fast-path.js';
import type { TrustedDocuments } from '../graphql/trusted-documents.js';
import { refuseVariables } from '../graphql/variable-limits.js';
import type { GraphqlVariants } from '../graphql/variants.js';
import { originOf } from '../http/origin.js';
import { asksLanguage, speakerOf } from '../http/speaker.js';
import type { Texts } from '#kernel/text/texts.js';
import { parsed, type DoorAnswer, type Keeper, type Visit } from './front-door.js';

export interface GraphqlKeeperParts {
  readonly variants: Pick<GraphqlVariants, 'start' | 'ready'>;
  readonly documents: TrustedDocuments;
  readonly texts: Texts;
}

const route = '/graphql';

/** Reads the fast path knows, and mutations that make one record. */
export const graphqlKeeper = (parts: GraphqlKeeperParts): Keeper => ({
  method: 'POST',
  takes: (url) => url === route,
  answer: (visit, body) => answer(parts, visit, body),
});

function answer(parts: GraphqlKeeperParts, visit: Visit, body: string): Promise<DoorAnswer | null> | null {
  const { variants, texts } = parts;
  const { principal } = visit;
  const wanted = wantedIn(parts, visit, body);
  if (!wanted) return null;
  const reading = variants.start(wanted, principal);
  if (reading) return reading.then((text) => (text === null ? null : told(visit, { text, headers: {} })));
  const creating = variants.ready(principal.definitions)?.creates.start(wanted, principal, () => contextOf(visit, texts)) ?? null;
  return creating && creating.then((executed) => told(visit, executed));
}

/** Null for what others refuse, or find out about. */
function wantedIn({ documents }: GraphqlKeeperParts, { request, principal }: Visit, body: string): GraphqlRequest | null {
  const asked = parsed(body);
  if (!asked || asked['extensions'] !== undefined || asked['documentId'] !== undefined) return null;
  if (typeof documents.settle(asked, principal, clientNameOf(request.headers)) !== 'string') return null;
  const wanted = requestOf(asked);
  return wanted && !refuseVariables(wanted.variables) ? wanted : null;
}

function told({ request }: Visit, { text, headers }: Pick<DoorAnswer, 'text' | 'headers'>): DoorAnswer {
  const isNewForm = request.headers.accept?.includes('application/graphql-response+json') === true;
  const type = `application/${isNewForm ? 'graphql-response+json' : 'json'}; charset=utf-8`;
  return { status: 200, headers: { 'content-type': type, ...headers }, text, route };
}

const contextOf = ({ request: { headers }, principal, requestId, address }: Visit, texts: Texts): GraphqlContext => ({
  principal: () => Promise.resolve(principal),
  requestId,
  origin: originOf({ headers, ip: address }),
  speaker: speakerOf({ texts, headers, principal }),
  isLanguageAsked: asksLanguage(headers['accept-language']),
  cost: 0,
});
