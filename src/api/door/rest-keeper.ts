import type { IncomingHttpHeaders } from 'node:http';
import type { Resource } from '#kernel/resource/define-resource.js';
import type { Registry } from '#kernel/resource/registry.js';
import type { Texts } from '#kernel/text/texts.js';
import { crudCommand } from '#kernel/usecase/crud.js';
import type { UseCase } from '#kernel/usecase/define-command.js';
import type { Warning } from '#kernel/usecase/judge.js';
import type { Runner } from '#kernel/usecase/runner.js';
import { languageHeaders } from '../auth/principal.guard.js';
import { refuseOddJson } from '../http/json-text.js';
import { originOf } from '../http/origin.js';
import { speakerOf } from '../http/speaker.js';
import { deprecatedOf } from '../rest/deprecations.js';
import type { ProblemFilter } from '../rest/problem.filter.js';
import { etagOf } from '../rest/versions.js';
import { warningHeaders } from '../rest/warnings.js';
import { wireRow } from '../row.js';
import { rowId } from '../wire.js';
import { parsed, type DoorAnswer, type Keeper, type Visit } from './front-door.js';

export interface RestKeeperParts {
  readonly registry: Registry;
  readonly runner: Runner;
  readonly filter: Pick<ProblemFilter, 'answer'>;
  readonly texts: Texts;
}

interface Creating {
  readonly route: string;
  readonly resource: Resource;
  readonly command: UseCase;
}

/** `POST /v1/<resource>` with one record, of resources of which nothing is about to go. */
export function restKeeper(parts: RestKeeperParts): Keeper {
  const creatable = [...parts.registry.resources.values()].filter(
    (resource) => resource.operations.includes('create') && Object.keys(deprecatedOf(resource.deprecated, resource.fields)).length === 0,
  );
  const byUrl = new Map<string, Creating>(
    creatable.map((resource) => [
      `/v1/${resource.path}`,
      { route: `/v1/${resource.path}`, resource, command: crudCommand(resource, 'create') },
    ]),
  );
  return {
    method: 'POST',
    takes: (url) => byUrl.has(url),
    answer: (visit, body) => {
      const creating = byUrl.get(visit.request.url ?? '');
      const input = isOdd(body) ? null : parsed(body);
      const own = creating && visit.principal.definitions.resources.get(creating.resource.name);
      // Modules that are off, and what is no object, are refused the ordinary way.
      if (!creating || !input || !own) return null;
      const command = own === creating.resource ? creating.command : crudCommand(own, 'create');
      return create(parts, visit, { ...creating, resource: own, command }, input);
    },
  };
}

async function create(parts: RestKeeperParts, visit: Visit, { route, resource, command }: Creating, input: object): Promise<DoorAnswer> {
  const { request, principal, requestId, address } = visit;
  const { tenantId, actor } = principal;
  const key = keyOf(request.headers);
  let warnings: readonly Warning[] = [];
  try {
    const { result, replayed } = await parts.runner.run(command, input, {
      tenantId,
      actor,
      requestId,
      origin: originOf({ headers: request.headers, ip: address }),
      warned: (found) => (warnings = found),
      ...(key === undefined ? {} : { idempotencyKey: key }),
    });
    const body = wireRow(resource, result);
    const headers = {
      ...languageHeaders(actor),
      ...warningHeaders(warnings),
      ...(replayed ? { 'idempotency-replayed': 'true' } : {}),
      location: `/v1/${resource.path}/${rowId(resource, result)}`,
      etag: etagOf(Number(body['version'])),
      'content-type': 'application/json; charset=utf-8',
    };
    return { status: 201, headers, text: JSON.stringify(body), route };
  } catch (error) {
    const speaker = speakerOf({ texts: parts.texts, headers: request.headers, principal });
    const { status, headers, text } = parts.filter.answer(error, { id: requestId, url: route, method: 'POST', speaker });
    return { status, headers: { ...languageHeaders(actor), ...headers }, text, route };
  }
}

const keyOf = ({ 'idempotency-key': key }: IncomingHttpHeaders): string | undefined => (typeof key === 'string' ? key : undefined);

/** What the parser of all bodies refuses, it says itself. */
function isOdd(body: string): boolean {
  try {
    refuseOddJson(body);
    return false;
  } catch {
    return true;
  }
}
