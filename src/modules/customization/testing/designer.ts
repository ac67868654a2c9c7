import type { Actor } from '#kernel/access/actor.js';
import { makePlan, runPlan } from '#kernel/read/plan.js';
import type { ListItem, ObjectItem } from '#kernel/read/selection.js';
import { constant } from '#kernel/read/values.js';
import type { Resource } from '#kernel/resource/define-resource.js';
import type { InputOf } from '#kernel/resource/fields.js';
import type { Kit, TestTenant } from '#kernel/testing/kit.js';
import { crudCommand, type CrudVerb } from '#kernel/usecase/crud.js';
import { createField } from '../field/create-field.js';
import { createObject } from '../object/create-object.js';

type Row = Record<string, unknown>;
type FieldInput = Partial<InputOf<(typeof createField)['input']>>;

interface Page {
  readonly filter?: Row;
  readonly orderBy?: Row[];
  readonly actor?: Actor;
  readonly first?: number;
  readonly last?: number;
  readonly after?: string;
  readonly before?: string;
}

const labels = { de: 'Feld', en: 'Field' };

/** What an administrator and the users of his company do with their own fields and objects, without a transport. */
export class Designer {
  constructor(
    private readonly kit: Kit,
    readonly tenant: TestTenant,
  ) {}

  definitions() {
    return this.kit.runtime.definitionsOf(this.tenant.id);
  }

  async resource(name: string): Promise<Resource> {
    return (await this.definitions()).resource(name);
  }

  async field(objectName: string, key: string, type: FieldInput['type'] & string, more: FieldInput = {}): Promise<string> {
    const { fieldDefinitionId } = await this.tenant.run(createField, { labels, ...more, objectName, key, type });
    return fieldDefinitionId;
  }

  async object(key: string, plural: string): Promise<string> {
    return (await this.tenant.run(createObject, { key, plural, labels })).name;
  }

  async crud(name: string, verb: CrudVerb, input: Row, actor: Actor = this.tenant.admin): Promise<Row> {
    return await this.tenant.run(crudCommand(await this.resource(name), verb), input, actor);
  }

  create(name: string, row: Row, actor?: Actor): Promise<Row> {
    return this.crud(name, 'create', row, actor);
  }

  update(name: string, id: unknown, patch: Row, actor?: Actor): Promise<Row> {
    return this.crud(name, 'update', { id: String(id), patch }, actor);
  }

  /** The rows of a list, with the named fields. */
  async list(name: string, fields: readonly string[], page: Page = {}): Promise<Row[]> {
    const resource = await this.resource(name);
    const items: ObjectItem[] = fields.map((key) => ({ kind: 'field', key, name: key }));
    const answer = await this.read(name, [{ kind: 'nodes', key: 'rows', selection: { resource, items } }], page);
    return answer['rows'] as Row[];
  }

  /** All rows of a list, page by page along its cursors. */
  async walk(name: string, fields: readonly string[], size: number, page: Pick<Page, 'filter' | 'orderBy'> = {}): Promise<Row[]> {
    const resource = await this.resource(name);
    const items: ObjectItem[] = fields.map((key) => ({ kind: 'field', key, name: key }));
    const wanted: ListItem[] = [
      { kind: 'nodes', key: 'rows', selection: { resource, items } },
      { kind: 'pageInfo', key: 'info', items: [{ kind: 'info', key: 'end', name: 'endCursor' }] },
    ];
    const rows: Row[] = [];
    for (let after: string | null = null; ;) {
      const answer: Row = await this.read(name, wanted, { ...page, first: size, ...(after === null ? {} : { after }) });
      const part = answer['rows'] as Row[];
      rows.push(...part);
      after = (answer['info'] as { end: string | null }).end;
      if (part.length < size || after === null) return rows;
    }
  }

  async read(
    name: string,
    items: readonly ListItem[],
    { filter = {}, orderBy = [], actor = this.tenant.admin, ...rest }: Page = {},
  ): Promise<Row> {
    const resource = await this.resource(name);
    const cut = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, constant(value)]));
    const list = { resource, page: { filter: constant(filter), orderBy: constant(orderBy), ...cut }, items };
    const plan = makePlan(await this.definitions(), actor, [{ kind: 'list', key: 'answer', list }]);
    const context = { tenantId: this.tenant.id, actor, variables: {}, cursorSecret: 's' };
    return (JSON.parse(await runPlan(this.kit.runtime.database.pool, plan, context)) as { answer: Row }).answer;
  }
}
