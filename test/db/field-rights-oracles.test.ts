import { systemActor, type Actor } from '#kernel/access/actor.js';
import { isMaskable } from '#kernel/access/field-rights.js';
import { allModules } from '#app/modules.js';
import { opportunities } from '#modules/analytics/cube/opportunities.js';
import { DomainError } from '#kernel/errors/domain-error.js';
import { makePlan } from '#kernel/read/plan.js';
import type { AggregateFunction, ListItem, ObjectItem, PageArgs, RootSelection } from '#kernel/read/selection.js';
import { constant } from '#kernel/read/values.js';
import type { Resource } from '#kernel/resource/define-resource.js';
import type { Field } from '#kernel/resource/fields.js';
import { relationName } from '#kernel/resource/relations.js';
import { buildRegistry } from '#kernel/resource/registry.js';

const registry = buildRegistry(allModules);
const resources = [...registry.resources.values()];
const fieldsOf = (resource: Resource) => Object.entries(resource.fields).filter(([, field]) => !field.options.hidden);
const all = resources.flatMap((resource) => fieldsOf(resource).map(([name, field]) => ({ resource, name, field })));

/** All of these rights, and `right` on one field alone: a refusal can only be about that one. */
const kept = (resource: Resource, name: string, right: 'hide' | 'mask' | 'read'): Actor => ({
  ...systemActor('test'),
  fieldRights: { [`${resource.name}.${name}`]: right },
});

/** The fields a read is refused for; null when it is made ready. Other refusals are no answer. */
function refusedFor(actor: Actor, root: RootSelection): unknown {
  try {
    makePlan(registry, actor, [root]);
    return null;
  } catch (error) {
    if (error instanceof DomainError && error.code === 'access.field_forbidden') return error.details['fields'];
    return error instanceof DomainError ? error.code : error;
  }
}

const list = (resource: Resource, page: PageArgs, items: readonly ListItem[] = [{ kind: 'totalCount', key: 'n' }]): RootSelection => ({
  kind: 'list',
  key: 'r',
  list: { resource, page, items },
});
const shown = (item: ObjectItem, resource: Resource): RootSelection =>
  list(resource, {}, [{ kind: 'nodes', key: 'nodes', selection: { resource, items: [item] } }]);
const one = (resource: Resource) => ({ resource, items: [{ kind: 'base', key: 'id', name: 'id' } as const] });

const samples: Readonly<Partial<Record<Field['kind'], unknown>>> = {
  boolean: true,
  integer: 1,
  decimal: '1',
  date: '2026-01-01',
  instant: '2026-01-01T00:00:00Z',
  plan: '2026-01-01T09:00:00',
  ref: '019b0000-0000-7000-8000-000000000000',
};
const operators = ['eq', 'ne', 'in', 'notIn', 'lt', 'lte', 'gt', 'gte', 'contains', 'startsWith', 'endsWith'];

/** Every condition the kind of the field knows, and those it does not. */
function conditions(resource: Resource, name: string, field: Field): object[] {
  const sample = samples[field.kind] ?? 'a';
  const on = (test: object) => ({ [name]: test });
  const presence = [on({ isNull: true }), on({ isNull: false }), on({ eq: null }), on({ ne: null })];
  const parts = { money: ['amount', 'currency'], address: ['street', 'postalCode', 'city', 'region', 'country'] }[field.kind as string];
  const compared = operators.map((operator) => ({ [operator]: operator === 'in' || operator === 'notIn' ? [sample] : sample }));
  const own = parts ? parts.flatMap((part) => compared.map((test) => on({ [part]: test }))) : compared.map(on);
  const ref =
    field.kind === 'ref' ? [{ [relationName(resource, name)]: { id: { eq: sample } } }, { [relationName(resource, name)]: {} }] : [];
  return [...presence, ...own, ...ref];
}

const inAll = (condition: object): object[] => [condition, { and: [{}, condition] }, { or: [condition] }, { not: { not: condition } }];

/** The same condition asked of the row from elsewhere: through the lists and references that lead to it. */
function fromElsewhere(resource: Resource, condition: object): { from: Resource; filter: object }[] {
  const over = resources.flatMap((from) =>
    fieldsOf(from)
      .filter(([, field]) => field.kind === 'ref' && field.target === resource.name)
      .map(([ref]) => ({ from, filter: { [relationName(from, ref)]: condition } })),
  );
  const under = fieldsOf(resource).flatMap(([, field]) =>
    field.kind === 'ref' && field.inverse
      ? ['some', 'none', 'every'].map((q) => ({
          from: registry.resource(field.target ?? ''),
          filter: { [field.inverse ?? '']: { [q]: condition } },
        }))
      : [],
  );
  return [...over.slice(0, 2), ...under.slice(0, 3)];
}

describe.each(['hide', 'mask'] as const)('with the rule %s', (right) => {
  test('A12 no condition of any kind can be put on a field, wherever it stands', () => {
    const passed = all.flatMap(({ resource, name, field }) => {
      const actor = kept(resource, name, right);
      const expected = `${resource.name}.${name}`;
      return conditions(resource, name, field).flatMap((condition, i) => {
        const asked = [
          ...(right === 'hide' ? inAll(condition) : [condition]).map((filter) => ({ from: resource, filter })),
          ...(i % 8 === 0 ? fromElsewhere(resource, condition) : []),
        ];
        return asked.flatMap(({ from, filter }) => {
          const fields = refusedFor(actor, list(from, { filter: constant(filter) }));
          return Array.isArray(fields) && fields.includes(expected) ? [] : [{ expected, from: from.name, filter, fields }];
        });
      });
    });
    expect(passed.slice(0, 5)).toEqual([]);
  });

  test('A12 no list is ordered by it, directly or through a reference', () => {
    const order = (resource: Resource, key: object) =>
      list(resource, { orderBy: constant([key]) }, [{ kind: 'nodes', key: 'n', selection: one(resource) }]);
    const passed = all.flatMap(({ resource, name }) => {
      const actor = kept(resource, name, right);
      // What cannot be ordered by at all needs no refusal of rights.
      if (refusedFor(systemActor('test'), order(resource, { [name]: 'ASC' })) !== null) return [];
      const through = fromElsewhere(resource, { [name]: 'DESC' }).filter(({ filter }) => !JSON.stringify(filter).includes('"some"'));
      const asked = [
        { from: resource, filter: { [name]: 'ASC' } },
        ...through.filter(({ filter }) => !/"(none|every)"/.test(JSON.stringify(filter))),
      ];
      return asked.flatMap(({ from, filter }) => {
        const fields = refusedFor(actor, order(from, filter));
        return Array.isArray(fields) && fields.includes(`${resource.name}.${name}`) ? [] : [{ from: from.name, filter, fields }];
      });
    });
    expect(passed.slice(0, 5)).toEqual([]);
  });

  test('A12 no figure and no group is made of it', () => {
    const functions: readonly AggregateFunction[] = ['sum', 'avg', 'min', 'max'];
    const passed = all.flatMap(({ resource, name, field }) => {
      const figures = ['integer', 'decimal', 'money'].includes(field.kind)
        ? functions.map((fn): ListItem => ({
            kind: 'aggregate',
            key: 'a',
            items: [{ kind: 'function', key: 'f', fn, fields: [{ key: 'v', name }] }],
          }))
        : [];
      const groups: ListItem = { kind: 'groups', key: 'g', by: constant([{ field: name }]), items: [{ kind: 'count', key: 'n' }] };
      const able = [...figures, groups].filter((item) => refusedFor(systemActor('test'), list(resource, {}, [item])) === null);
      return able.flatMap((item) => {
        const fields = refusedFor(kept(resource, name, right), list(resource, {}, [item]));
        return Array.isArray(fields) ? [] : [{ resource: resource.name, name, item, fields }];
      });
    });
    expect(passed.slice(0, 5)).toEqual([]);
  });
});

test('A13 a hidden field is not shown, nor the row it refers to, nor the list it makes', () => {
  const passed = all.flatMap(({ resource, name, field }) => {
    const actor = kept(resource, name, 'hide');
    const asked = [shown({ kind: 'field', key: 'x', name }, resource)];
    if (field.kind === 'ref') {
      const target = registry.resource(field.target ?? '');
      asked.push(shown({ kind: 'one', key: 'x', refField: name, selection: one(target) }, resource));
      const inverse = registry.inverses.get(target.name)?.find((i) => i.from === resource && i.refField === name);
      const many = { resource, page: {}, items: [{ kind: 'totalCount', key: 'n' } as const] };
      if (inverse) asked.push(shown({ kind: 'many', key: 'x', inverse, list: many }, target));
    }
    return asked.flatMap((root) => (Array.isArray(refusedFor(actor, root)) ? [] : [{ resource: resource.name, name, root }]));
  });
  expect(passed.slice(0, 5)).toEqual([]);
});

test('the statement that shows a masked field never gives its column out bare', () => {
  for (const { resource, name, field } of all.filter((one) => isMaskable(one.field))) {
    const { text } = makePlan(registry, kept(resource, name, 'mask'), [shown({ kind: 'field', key: 'x', name }, resource)]);
    const bare = makePlan(registry, systemActor('test'), [shown({ kind: 'field', key: 'x', name }, resource)]).text;
    expect([resource.name, name, field.kind, text.includes('•••'), text === bare]).toEqual([resource.name, name, field.kind, true, false]);
  }
});

test('what may only be read may be shown, asked about and searched', () => {
  for (const { resource, name, field } of all) {
    const [condition] = conditions(resource, name, field);
    const actor = kept(resource, name, 'read');
    const filtered = refusedFor(actor, list(resource, { filter: constant(condition) }));
    const told = refusedFor(actor, shown({ kind: 'field', key: 'x', name }, resource));
    // A filter may still be refused for another reason, such as an index it would need.
    expect([resource.name, name, Array.isArray(filtered), told]).toEqual([resource.name, name, false, null]);
  }
});

test('every place that says what a field is a copy of, or worked out from, names fields there are', () => {
  const known = new Set(all.map(({ resource, name }) => `${resource.name}.${name}`));
  const useCases = [...registry.commands.values(), ...registry.queries.values()];
  const named = [
    ...all.flatMap(({ field }) => field.options.of ?? []),
    ...useCases.flatMap(({ input, output }) =>
      [...Object.values(input), ...Object.values(output)].flatMap((field) => field.options.of ?? []),
    ),
    ...[...opportunities.measures.values(), ...opportunities.dimensions.values(), ...opportunities.segments.values()].flatMap(
      (m) => m.from,
    ),
  ];
  expect(named.length).toBeGreaterThan(40);
  expect(named.filter((path) => !known.has(path))).toEqual([]);
});
