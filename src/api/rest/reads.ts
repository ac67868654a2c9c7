import { Injectable } from '@nestjs/common';
import type { Actor } from '#kernel/access/actor.js';
import { rowNotFound } from '#kernel/access/errors.js';
import { isHidden } from '#kernel/access/field-rights.js';
import { invalid } from '#kernel/errors/domain-error.js';
import type { Database } from '#kernel/db/data-source.js';
import { nullPattern } from '#kernel/read/cursor.js';
import { readableFields } from '#kernel/read/field-sql.js';
import { makePlan, PlanCache, runPlan, type Plan } from '#kernel/read/plan.js';
import type { ListItem, ObjectItem, ObjectSelection, RootSelection } from '#kernel/read/selection.js';
import type { RunContext } from '#kernel/read/statement.js';
import { shapeOf, variable, type Val } from '#kernel/read/values.js';
import type { Resource } from '#kernel/resource/define-resource.js';
import { ownResource } from '#kernel/variants/module-off.js';
import { relationsOf } from '#kernel/resource/relations.js';
import { readerShape } from '#kernel/text/reading.js';
import type { Principal } from '../auth/principal.js';

/** A list as a URL asks for it. */
export interface ListQuery {
  readonly filter?: unknown;
  /** As in GraphQL: `[{account: {name: 'ASC'}}]`. */
  readonly orderBy?: readonly unknown[];
  readonly first?: number;
  readonly after?: string;
  readonly last?: number;
  readonly before?: string;
  readonly count: boolean;
  readonly fields: readonly string[] | null;
  readonly expand: readonly string[];
}
export type RowQuery = Pick<ListQuery, 'fields' | 'expand'>;

/** Reads as REST shows them: the same compiler as GraphQL, PostgreSQL's JSON handed through. */
export class RowReads {
  private readonly plans = new PlanCache();

  constructor(
    private readonly execute: (plan: Plan, context: RunContext) => Promise<string>,
    private readonly cursorSecret: string,
  ) {}

  /** `{"data":[…],"page":{…}}` as text. */
  async list(defined: Resource, query: ListQuery, principal: Principal): Promise<string> {
    const resource = ownResource(principal.definitions, defined);
    const { fields, expand, count, ...variables } = query;
    const key = [
      'list',
      resource.name,
      fields,
      expand,
      count,
      shapeOf({ ...variables, orderBy: undefined }),
      JSON.stringify([variables.orderBy, variables.first, variables.last]),
      nullPattern(variables.after ?? variables.before),
    ];
    return this.run(key, principal, variables, () => {
      const selection = this.selection(resource, query, principal);
      const items: ListItem[] = [
        { kind: 'nodes', key: 'data', selection },
        {
          kind: 'pageInfo',
          key: 'page',
          items: [
            { kind: 'info', key: 'hasNextPage', name: 'hasNextPage' },
            { kind: 'info', key: 'endCursor', name: 'endCursor' },
            // Without a cursor there is no page before.
            ...(variables.after === undefined && variables.before === undefined ? [] : pageBefore),
          ],
        },
        ...(count ? [{ kind: 'totalCount', key: 'total' } as const] : []),
      ];
      return { kind: 'list', key: 'r', list: { resource, page: pageArgs(variables), items } };
    });
  }

  /** One row as text; `….not_found` when there is none to see. */
  async one(defined: Resource, id: string, query: RowQuery, principal: Principal): Promise<string> {
    const resource = ownResource(principal.definitions, defined);
    const text = await this.run(['one', resource.name, query.fields, query.expand], principal, { id }, () => ({
      kind: 'one',
      key: 'r',
      id: variable(['id'], id),
      selection: this.selection(resource, query, principal),
    }));
    if (text === 'null') throw rowNotFound(resource, id);
    return text;
  }

  private async run(
    key: readonly unknown[],
    { tenantId, actor, definitions }: Principal,
    variables: object,
    root: () => RootSelection,
  ): Promise<string> {
    const plan = this.plans.get(`${JSON.stringify(key)}|${readerShape(actor)}`, () => makePlan(definitions, actor, [root()]));
    const text = await this.execute(plan, { tenantId, actor, variables, cursorSecret: this.cursorSecret });
    return text.slice('{"r":'.length, -1);
  }

  private selection(resource: Resource, { fields, expand }: RowQuery, principal: Principal): ObjectSelection {
    return { resource, items: [...rowItems(resource, fields, principal.actor), ...this.expanded(resource, expand, principal)] };
  }

  /** `account.owner` is the owner within the account, whether or not `account` is named too. */
  private expanded(resource: Resource, paths: readonly string[], principal: Principal): ObjectItem[] {
    const below = new Map<string, string[]>();
    for (const path of paths) {
      const [name = '', ...inner] = path.split('.');
      below.set(name, [...(below.get(name) ?? []), ...(inner.length > 0 ? [inner.join('.')] : [])]);
    }
    return [...below].map(([name, inner]) => this.expandedOne(resource, [name, inner], principal));
  }

  private expandedOne(resource: Resource, [name, inner]: readonly [string, readonly string[]], principal: Principal): ObjectItem {
    const plain = inner.length > 0 ? undefined : [externalRefs, can].find(({ key }) => key === name);
    if (plain) return plain;
    const refField = relationsOf(resource).get(name);
    if (refField === undefined)
      throw invalid('request.unknown_expand', `${resource.typeName} has nothing to expand by the name "${name.slice(0, 80)}".`);
    const target = principal.definitions.resource(resource.fields[refField]?.target ?? '');
    const items = [...rowItems(target, null, principal.actor), ...this.expanded(target, inner, principal)];
    return { kind: 'one', key: name, refField, selection: { resource: target, items } };
  }
}

/** Reads of requests. */
@Injectable()
export class RestReads extends RowReads {
  constructor({ pool }: Pick<Database, 'pool'>, cursorSecret: string) {
    super((plan, context) => runPlan(pool, plan, context), cursorSecret);
  }
}

const pageBefore = [
  { kind: 'info', key: 'hasPreviousPage', name: 'hasPreviousPage' },
  { kind: 'info', key: 'startCursor', name: 'startCursor' },
] as const;

/** Hidden fields are left out unless they are named, and then refused. */
function rowItems(resource: Resource, wanted: readonly string[] | null, actor: Actor): ObjectItem[] {
  const own = readableFields(resource);
  const base = [
    { kind: 'base', key: 'id', name: 'id' },
    { kind: 'base', key: 'version', name: 'version' },
  ] as const;
  const times = [
    { kind: 'base', key: 'createdAt', name: 'createdAt' },
    { kind: 'base', key: 'updatedAt', name: 'updatedAt' },
  ] as const;
  const unknown = (wanted ?? []).find(
    (name) => !own.includes(name) && !['id', 'version', 'createdAt', 'updatedAt', externalRefs.key, can.key].includes(name),
  );
  if (unknown !== undefined) throw invalid('request.unknown_field', `${resource.typeName} has no field "${unknown.slice(0, 80)}".`);
  return [
    ...base,
    ...times.filter((item) => wanted === null || wanted.includes(item.key)),
    ...own
      .filter((name) => (wanted === null ? !isHidden(actor, resource, name) : wanted.includes(name)))
      .map((name): ObjectItem => ({ kind: 'field', key: name, name })),
    ...(wanted?.includes(externalRefs.key) ? [externalRefs] : []),
    ...(wanted?.includes(can.key) ? [can] : []),
  ];
}

/** What the caller may do to the record: worked out when it is named in `fields` or `expand`. */
const can = { kind: 'can', key: 'can' } as const satisfies ObjectItem;

/** What other systems call the record: read when it is named in `fields` or `expand`. */
const externalRefs = {
  kind: 'names',
  key: 'externalRefs',
  parts: [
    { key: 'system', part: 'system' },
    { key: 'externalId', part: 'externalId' },
  ],
} as const satisfies ObjectItem;

function pageArgs(variables: object): Readonly<Record<string, Val>> {
  return Object.fromEntries(
    Object.entries(variables)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, variable([name], value)]),
  );
}
