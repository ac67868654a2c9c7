import {
  getNamedType,
  isInterfaceType,
  isLeafType,
  isNonNullType,
  isObjectType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';
import type { Draw } from './literals.js';
import { RandomInputs, type Pools } from './random-inputs.js';

export interface Operation {
  readonly query: string;
  readonly variables: Record<string, unknown>;
  /** Variables a cursor of the answer belongs in, with the key it is found under. */
  readonly cursors: readonly { readonly variable: string; readonly key: string; readonly forward: boolean }[];
}

interface Sources {
  readonly schema: GraphQLSchema;
  /** Root fields the generator asks for. */
  readonly roots: readonly string[];
  readonly pools: Pools;
}

const deepest = 6;
const mostFields = 45;

/** One random operation over the real schema; valid, but for a few that both ways must refuse alike. */
export class RandomOperation {
  private readonly inputs: RandomInputs;
  private readonly fragments: string[] = [];
  private readonly cursors: Operation['cursors'][number][] = [];
  private fields = 0;
  private aliases = 0;
  private names = 0;

  constructor(
    private readonly draw: Draw,
    private readonly sources: Sources,
  ) {
    this.inputs = new RandomInputs(draw, sources.schema, sources.pools);
  }

  make(): Operation {
    const { fc } = this;
    const query = this.sources.schema.getQueryType();
    if (!query) throw new Error('The schema has no queries.');
    const roots = Array.from({ length: 1 + fc(3) }, () => this.pick(this.sources.roots));
    const parts = roots.map((name) => this.field(query.getFields()[name], 1, true));
    if (fc(8) === 0) parts.push('__typename');
    const body = `{ ${parts.join(' ')} }`;
    const declared = this.inputs.declarations();
    return {
      query: `query Random${declared ? `(${declared})` : ''} ${body} ${this.fragments.join(' ')}`,
      variables: this.inputs.variables,
      cursors: this.cursors,
    };
  }

  /** A number below `n`. */
  private readonly fc = (n: number): number => this.inputs.below(n);
  private pick<T>(items: readonly T[]): T {
    return this.inputs.pick(items);
  }

  /** One field with its arguments; aliased wherever another of that name could stand beside it. */
  private field(field: GraphQLField<unknown, unknown> | undefined, depth: number, aliased = false): string {
    if (!field) return '__typename';
    this.fields++;
    const takesArguments = field.args.length > 0;
    const alias = (aliased || takesArguments || this.fc(6) === 0) && this.aliases < 25 ? `a${this.aliases++}: ` : '';
    const type = getNamedType(field.type);
    const listArguments = field.args.some((argument) => argument.name === 'after');
    const before = this.cursors.length;
    const given = this.args(field.args, listArguments);
    const set = isLeafType(type) ? '' : ` ${this.selection(type, depth + 1, this.cursors.slice(before))}`;
    return `${alias}${field.name}${given}${this.directive()}${set}`;
  }

  private args(args: readonly GraphQLArgument[], isList: boolean): string {
    const paging = isList ? this.paging() : [];
    const others = args.flatMap((argument) => {
      if (isList && ['first', 'last', 'after', 'before'].includes(argument.name)) return [];
      if (!isNonNullType(argument.type) && this.fc(isList ? 2 : 4) === 0) return [];
      return [`${argument.name}: ${this.inputs.value(argument.type, 0)}`];
    });
    const all = [...others, ...paging];
    return all.length > 0 ? `(${all.join(', ')})` : '';
  }

  /** Pages forwards, backwards, from a cursor of the first answer, or (seldom) in a way that is refused. */
  private paging(): string[] {
    const size = () => this.inputs.sized(this.fc(40) === 0 ? 201 : this.fc(5));
    switch (this.fc(6)) {
      case 0:
        return [];
      case 1:
        return [`last: ${size()}`];
      case 2:
        return [`last: ${size()}`, `before: ${this.cursor(false)}`];
      case 3:
        return [`first: ${size()}`, `after: ${this.cursor(true)}`];
      default:
        return this.fc(30) === 0 ? [`first: 2`, `last: 2`] : [`first: ${size()}`];
    }
  }

  private cursor(forward: boolean): string {
    const key = `p${this.cursors.length}`;
    const variable = this.inputs.open('String');
    this.cursors.push({ variable, key, forward });
    return `$${variable}`;
  }

  private directive(): string {
    const drawn = this.fc(20);
    if (drawn > 1) return '';
    return ` @${drawn === 0 ? 'include' : 'skip'}(if: ${this.inputs.flag()})`;
  }

  private selection(type: ReturnType<typeof getNamedType>, depth: number, cursors: Operation['cursors']): string {
    const extra = cursors.map(({ key }) => `${key}: pageInfo { startCursor endCursor }`);
    if (isInterfaceType(type)) return `{ ${[...this.nodeParts(depth), ...extra].join(' ')} }`;
    if (!isObjectType(type)) return '{ __typename }';
    return `{ ${[...this.parts(type, depth), ...extra].join(' ')} }`;
  }

  private nodeParts(depth: number): string[] {
    const types = [...this.sources.schema.getPossibleTypes(this.sources.schema.getType('Node') as never)];
    const some = Array.from({ length: this.fc(4) }, () => this.pick(types));
    return [
      'id',
      ...(this.fc(2) ? ['__typename'] : []),
      ...some.map((type) => `... on ${type.name} { ${this.parts(type, depth).join(' ')} }`),
    ];
  }

  /** Parts of a selection: fields, fragments with and without a name, and the same field again. */
  private parts(type: GraphQLObjectType, depth: number): string[] {
    const all = Object.values(type.getFields());
    const able = depth >= deepest || this.fields > mostFields ? all.filter((field) => isLeafType(getNamedType(field.type))) : all;
    if (able.length === 0) return ['__typename'];
    const wanted = Array.from({ length: 1 + this.fc(4) }, () => this.pick(able));
    return [...new Set(wanted)].map((field) => this.part(type, field, depth));
  }

  private part(type: GraphQLObjectType, field: GraphQLField<unknown, unknown> | undefined, depth: number): string {
    const text = this.field(field, depth);
    switch (this.fc(12)) {
      case 0:
        return `... on ${type.name}${this.directive()} { ${text} }`;
      case 1:
        return `...${this.directive()} { ${text} __typename }`;
      case 2:
        return this.named(type, text);
      case 3:
        return text.includes('(') ? text : `${text} ${text}`;
      case 4:
        return `${text} __typename`;
      case 5:
        return type.getInterfaces().length > 0 ? `${text} ... on Node { id }` : text;
      default:
        return text;
    }
  }

  private named(type: GraphQLObjectType, text: string): string {
    const name = `F${this.names++}`;
    this.fragments.push(`fragment ${name} on ${type.name} { ${text} }`);
    return this.fc(3) === 0 ? `...${name} ...${name}` : `...${name}${this.directive()}`;
  }
}
