import type { Authenticator } from '#api/auth/authenticator.js';
import type { DocumentSource } from '#api/graphql/trusted-documents.js';
import { systemActor } from '#kernel/access/actor.js';
import type { Runtime } from '#kernel/db/runtime.js';
import type { Work } from '#kernel/usecase/work.js';
import { clientDocuments, documentText } from '#modules/identity/graphql-client/client-documents.js';

/** The lists of trusted documents. News of them come with those of users and keys. */
export function documentSource(runtime: Runtime, authenticator: Authenticator): DocumentSource {
  const read = <T>(tenantId: string, run: (work: Work) => Promise<T>): Promise<T> =>
    runtime.withStatement({ tenantId, actor: systemActor('graphql'), cause: { command: 'graphql' } }, run);
  return {
    clients: (tenantId) => read(tenantId, clientDocuments),
    text: (tenantId, hash) => read(tenantId, (work) => documentText(work, hash)),
    onChange: (listener) => authenticator.onChange(listener),
  };
}
