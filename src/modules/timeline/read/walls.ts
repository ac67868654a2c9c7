import { fieldRight, isHidden, mayAsk, seesLess } from '#kernel/access/field-rights.js';
import { filterCondition, rowFilter, type BindActor } from '#kernel/access/scope.js';
import { kindCondition } from '#kernel/resource/columns.js';
import type { Work } from '#kernel/usecase/work.js';
import { types } from '../domain/types.js';
import type { Source, Sources } from '../feed/sources.js';

type Bind = (value: unknown, cast: string) => string;

/** The condition under which an entry, as `e`, is told: by the rights to the record it tells of, and to the fields that say so. */
export function walls({ actor }: Work, sources: Sources, bindActor: BindActor, bind: Bind): string {
  const whole: string[] = [];
  const parts: string[] = [];
  for (const { resource } of sources.values()) {
    const reached = filterCondition(rowFilter(resource, actor, `${resource.name}:read`), 't', '$1', bindActor);
    if (reached === null) whole.push(resource.name);
    else if (reached !== 'false')
      parts.push(
        `(e.source_kind = ${bind(resource.name, 'text')} and exists (select from ${resource.table} t where t.tenant_id = $1 and t.id = e.source_id${kindCondition(resource, 't')} and ${reached}))`,
      );
  }
  const rows = [`e.source_kind = any(${bind(whole, 'text[]')})`, ...parts].join(' or ');
  return [`(${rows})`, ...(seesLess(actor) ? fieldWalls(actor, [...sources.values()], bind) : [])].join(' and ');
}

function fieldWalls(actor: Work['actor'], sources: readonly Source[], bind: Bind): string[] {
  const keptFrom = types.filter(({ of, when, at }) => {
    const resource = sources.find((source) => source.resource.name === of)?.resource;
    return [when?.field, at].some((name) => name !== undefined && resource !== undefined && !mayAsk(actor, resource, name));
  });
  const ways = sources.flatMap(({ resource, refs }) =>
    refs.filter((name) => !mayAsk(actor, resource, name)).map((name) => `${resource.name}.${name}`),
  );
  const hidden = sources.flatMap(({ resource }) => {
    const names = Object.keys(resource.fields).filter(
      (name) => fieldRight(actor, resource, name) !== null && isHidden(actor, resource, name),
    );
    return names.length === 0 ? [] : [{ kind: resource.name, names }];
  });
  return [
    `e.type <> all(${bind(
      keptFrom.map(({ name }) => name),
      'text[]',
    )})`,
    `(e.source_kind || '.' || e.via) <> all(${bind(ways, 'text[]')})`,
    // That a hidden field changed is not told.
    ...hidden.map(
      ({ kind, names }) => `not (e.source_kind = ${bind(kind, 'text')} and e.verb = 'updated' and e.tells <@ ${bind(names, 'text[]')})`,
    ),
  ];
}
