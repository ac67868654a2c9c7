import {
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLSchema,
} from 'graphql';
import fc from 'fast-check';
import { literalOf, type Draw } from './literals.js';

/** Values that occur in the data, by scalar, so that filters find something. */
export type Pools = Readonly<Record<string, readonly unknown[]>>;

/** Random values of input types: as literals, as variables, as literals with variables inside. */
export class RandomInputs {
  readonly variables: Record<string, unknown> = {};
  private readonly declared: string[] = [];

  constructor(
    private readonly draw: Draw,
    private readonly schema: GraphQLSchema,
    private readonly pools: Pools,
  ) {}

  below(n: number): number {
    return this.draw(fc.nat, { max: Math.max(0, n - 1) });
  }
  pick<T>(items: readonly T[]): T {
    const picked = items[this.below(items.length)];
    if (picked === undefined) throw new Error('Nothing to pick from.');
    return picked;
  }

  declarations(): string {
    return this.declared.join(', ');
  }

  /** A variable that is filled in later, if at all. */
  open(type: string): string {
    const name = `v${this.declared.length}`;
    this.declared.push(`$${name}: ${type}`);
    return name;
  }

  /** A page size, now as a literal, now as a variable, now by default. */
  sized(size: number): string {
    if (this.below(3) > 0) return String(size);
    const name = this.open(this.below(2) ? 'Int' : `Int = ${size}`);
    if (this.below(3) > 0) this.variables[name] = this.below(5) === 0 ? null : size;
    return `$${name}`;
  }

  flag(): string {
    if (this.below(2)) return String(this.below(2) === 1);
    const name = this.open('Boolean!');
    this.variables[name] = this.below(2) === 1;
    return `$${name}`;
  }

  /** A value for an argument: a literal, or a variable that is given, null or absent where that is allowed. */
  value(type: GraphQLInputType, depth: number): string {
    if (this.below(3) > 0) return this.literal(type, depth);
    const name = this.open(String(type));
    const drawn = this.below(10);
    if (isNonNullType(type) || drawn > 1) this.variables[name] = this.plain(type, depth);
    else if (drawn === 0) this.variables[name] = null;
    return `$${name}`;
  }

  /** A literal whose parts may be variables. */
  private literal(type: GraphQLInputType, depth: number): string {
    const bare: GraphQLInputType = getNullableType(type);
    if (isListType(bare)) {
      const items = Array.from({ length: this.below(4) }, () => this.value(bare.ofType, depth));
      return `[${items.join(', ')}]`;
    }
    if (isInputObjectType(bare)) {
      const fields = bare.getFields();
      return `{${this.members(bare, depth)
        .map((name) => `${name}: ${fields[name] ? this.value(fields[name].type, depth + 1) : 'null'}`)
        .join(', ')}}`;
    }
    return literalOf(type, this.plain(type, depth));
  }

  private plain(type: GraphQLInputType, depth: number): unknown {
    const bare: GraphQLInputType = getNullableType(type);
    if (!isNonNullType(type) && this.below(25) === 0) return null;
    if (isListType(bare)) return Array.from({ length: this.below(4) }, () => this.plain(bare.ofType, depth));
    if (isEnumType(bare)) return this.pick(bare.getValues()).name;
    if (isInputObjectType(bare)) {
      const fields = bare.getFields();
      return Object.fromEntries(
        this.members(bare, depth).map((name) => [name, fields[name] ? this.plain(fields[name].type, depth + 1) : null]),
      );
    }
    return this.scalar(bare.toString());
  }

  private scalar(name: string): unknown {
    if (name === 'Boolean') return this.below(2) === 1;
    if (name === 'Int') return this.below(60) === 0 ? 2 ** 31 - 1 : this.below(40);
    const pool = this.pools[name] ?? ['x'];
    return this.pick(pool);
  }

  /** Which members of an input are given: all that are required, and some others; an order names one. */
  private members(type: GraphQLInputObjectType, depth: number): string[] {
    const all = Object.values(type.getFields());
    const required = all.filter((field) => isNonNullType(field.type) && field.defaultValue === undefined).map(({ name }) => name);
    const able = depth >= 3 ? all.filter((field) => !this.recursive(field.type)) : all;
    const isOrder = type.name.endsWith('Order');
    const count = able.length === 0 ? 0 : isOrder ? (this.below(25) === 0 ? 2 : 1) : this.below(3);
    return [...new Set([...required, ...Array.from({ length: count }, () => this.pick(able).name)])];
  }

  /** Filters and orders of further rows, which could go on for ever. */
  private recursive(type: GraphQLInputType): boolean {
    const bare = String(type).replace(/[[\]!]/g, '');
    const found = this.schema.getType(bare);
    return isInputObjectType(found) && 'createdAt' in found.getFields() ? true : bare.endsWith('RelationFilter');
  }
}
