import { invalid, type DomainError } from '../errors/domain-error.js';
import { permissionMissing } from '../access/errors.js';
import type { Actor } from '../access/actor.js';
import { coveringSql } from '../access/covering-sql.js';
import { rowVerbs } from '../access/row-verbs.js';
import { actorParam, filterCondition, rowFilter, type BindActor } from '../access/scope.js';
import { fieldForbidden, isHidden, mayAsk, type FieldName } from '../access/field-rights.js';
import { kindCondition } from '../resource/columns.js';
import type { Resource } from '../resource/define-resource.js';
import type { Registry } from '../resource/registry.js';
import { translationsSql } from '../resource/translations.js';
import { lookup, type Val } from './values.js';

export interface RunContext {
  readonly tenantId: string;
  readonly actor: Actor;
  readonly variables: unknown;
  readonly cursorSecret: string;
}

const maxConditions = 500;

type Convert = (value: unknown) => unknown;
type Param = (context: RunContext) => unknown;

/** A statement being written: parameters, table aliases, and the rights that narrow each table. */
export class StatementWriter {
  private readonly params: Param[] = [(c) => c.tenantId];
  private readonly shared = new Map<string, string>();
  private readonly forbidden: FieldName[] = [];
  private aliases = 0;
  private conditions = 0;
  /** Rows a caller may get at most: what a request costs. */
  cost = 0;
  /** Whether the best way to run it depends on its parameters, so that a plan kept for all of them would be a bad one for some. */
  dependsOnValues = false;
  /** Whether who reads it is to be noted. */
  isSensitive = false;

  constructor(
    readonly registry: Registry,
    readonly actor: Actor,
  ) {}

  readonly tenant = '$1';
  /**
   * The tenant as the planner cannot look it up. Of one with more rows than most it would expect more and, where what is kept is the best way
   * for all of them, plan every run anew.
   */
  readonly anyTenant = '(select $1::uuid)';

  alias(): string {
    return `t${++this.aliases}`;
  }

  /** Each condition costs the database at every row, and the compiler in any case. */
  countCondition(): void {
    if (++this.conditions > maxConditions)
      throw invalid('filter.too_many_conditions', `The filters of a request hold at most ${maxConditions} conditions.`);
  }

  /** A parameter made of a leaf value; `convert` checks and shapes it at every run. */
  leaf(val: Val, cast: string, convert: Convert): string {
    if (val.from === 'variable') return this.add((c) => convert(lookup(c.variables, val.path)), cast);
    if (val.from === 'constant') {
      const value = convert(val.value);
      return this.add(() => value, cast);
    }
    throw new Error('A leaf was expected.');
  }

  /** A leaf whose reading needs to know tenant and secret. */
  cursorLeaf(val: Val, cast: string, convert: (value: unknown, context: RunContext) => unknown): string {
    if (val.from === 'variable') return this.add((c) => convert(lookup(c.variables, val.path), c), cast);
    if (val.from === 'constant') return this.add((c) => convert(val.value, c), cast);
    throw new Error('A leaf was expected.');
  }

  constant(value: unknown, cast: string): string {
    return this.add(() => value, cast);
  }

  private add(param: Param, cast: string): string {
    this.params.push(param);
    return `$${this.params.length}::${cast}`;
  }

  private once(key: string, param: Param, cast: string): string {
    const known = this.shared.get(key) ?? this.add(param, cast);
    this.shared.set(key, known);
    return known;
  }

  /** A parameter worked out at every run; one for all that share the key. */
  computed(key: string, param: Param, cast: string): string {
    return this.once(`computed ${key}`, param, cast);
  }

  /** A text in the languages of its reader, where the company has it in others than its own. */
  told(resource: Resource, name: string, { alias, column }: { readonly alias: string; readonly column: string }): string {
    if (!this.isTold(resource, name)) return column;
    const reads = this.once('reads', (c) => c.actor.reads ?? [], 'text[]');
    return `kernel.told(${column}, ${translationsSql(resource, alias)} -> '${name}', ${reads})`;
  }

  /** Whether a field may be another text for this reader than the one in its place. */
  isTold({ fields }: Resource, name: string): boolean {
    return this.actor.reads?.length ? fields[name]?.options.translatable === true : false;
  }

  cursorSecret(): string {
    return this.once('secret', (c) => c.cursorSecret, 'text');
  }

  /** The tenant wall and the actor's reach over `alias`. Refuses when the actor may not read the resource at all. */
  walls(resource: Resource, alias: string, tenant = this.tenant): string {
    const filter = rowFilter(resource, this.actor, `${resource.name}:read`);
    if (filter.kind === 'none') throw permissionMissing(`${resource.name}:read`);
    const reached = filterCondition(filter, alias, this.tenant, this.bindActor);
    const own = `${alias}.tenant_id = ${tenant}${kindCondition(resource, alias)}`;
    return reached === null ? own : `${own} and ${reached}`;
  }

  /** What the actor may do to the row under `alias`: an array of verbs, each judged by the walls of its own right. */
  verbs(resource: Resource, alias: string): string {
    const row = { resource, actor: this.actor, alias, tenant: this.tenant, bind: this.bindActor };
    return coveringSql(row, rowVerbs(this.registry, resource));
  }

  private readonly bindActor: BindActor = (value, cast) => this.once(`actor ${value}`, (c) => actorParam(c.actor, value), cast);

  /** A field is shown, or the row or rows it leads to. What may not be is collected, so that one refusal names all of it. */
  show(resource: Resource, name: string): void {
    if (isHidden(this.actor, resource, name)) this.forbidden.push({ resource: resource.name, field: name });
  }

  /** A field's value decides which rows are found, their order, or a figure. */
  ask(resource: Resource, name: string): void {
    if (!mayAsk(this.actor, resource, name)) this.forbidden.push({ resource: resource.name, field: name });
  }

  /** The refusal of everything that was written and may not be; null when there is no such thing. */
  refusal(more: readonly FieldName[] = []): DomainError | null {
    const all = [...more, ...this.forbidden];
    return all.length > 0 ? fieldForbidden(all) : null;
  }

  refuseForbidden(): void {
    const refusal = this.refusal();
    if (refusal) throw refusal;
  }

  /** The parameters, without which nothing runs: what touches a forbidden field gets none. */
  values(): readonly Param[] {
    this.refuseForbidden();
    return this.params;
  }
}
