/** What a person is asked about: a typed tree, read by `readCondition`, evaluated here in memory or compiled to SQL. */
export type Condition =
  | { readonly kind: 'and' | 'or'; readonly of: readonly Condition[] }
  | { readonly kind: 'not'; readonly of: Condition }
  | TraitCondition
  | PerformedCondition
  | LastPerformedCondition;

/** A field of the contact or his account. An empty field answers `ifMissing`, whatever the operator. */
export interface TraitCondition {
  readonly kind: 'trait';
  readonly path: TraitPath;
  readonly op: Operator;
  readonly value?: ConditionValue;
  readonly ifMissing?: boolean;
}

/** How often something was done within a window; at least once when `count` is left out. */
export interface PerformedCondition {
  readonly kind: 'performed';
  readonly event: string;
  readonly where?: readonly PropertyTest[];
  readonly count?: { readonly op: 'eq' | 'gte' | 'lte'; readonly value: number };
  readonly window?: { readonly rolling: string } | { readonly from?: string; readonly to?: string };
}

/** Done at least once, and for the last time within, or not within, the given time. */
export interface LastPerformedCondition {
  readonly kind: 'last_performed';
  readonly event: string;
  readonly where?: readonly PropertyTest[];
  readonly op: 'within' | 'longer_ago_than';
  readonly ago: string;
}

/** A question about a property of one event. A property that is absent, or of another type than `value`, never matches. */
export interface PropertyTest {
  /** Path into the properties, `order.total`. */
  readonly property: string;
  readonly op: Operator;
  readonly value?: ConditionValue;
}

export type Scalar = string | number | boolean;
export type ConditionValue = Scalar | readonly Scalar[] | { readonly ago: string };

export const operators = ['eq', 'ne', 'in', 'contains', 'starts_with', 'lt', 'lte', 'gt', 'gte', 'is_set', 'is_missing'] as const;
export type Operator = (typeof operators)[number];

export type TraitType = 'text' | 'number' | 'boolean' | 'instant';

/** Every field a condition may ask about. What is not here cannot reach SQL. */
export const traits = {
  'contact.salutation': 'text',
  'contact.firstName': 'text',
  'contact.lastName': 'text',
  'contact.jobTitle': 'text',
  'contact.email': 'text',
  'contact.language': 'text',
  'contact.timeZone': 'text',
  'contact.city': 'text',
  'contact.region': 'text',
  'contact.country': 'text',
  'contact.doNotCall': 'boolean',
  'contact.createdAt': 'instant',
  'account.name': 'text',
  'account.sector': 'text',
  'account.employees': 'number',
  'account.foundedYear': 'number',
  'account.city': 'text',
  'account.country': 'text',
} as const satisfies Readonly<Record<string, TraitType>>;
export type TraitPath = keyof typeof traits;
export const traitPaths = Object.keys(traits) as TraitPath[];

/** What fits which type of value. */
export const operatorsOf: Readonly<Record<TraitType, readonly Operator[]>> = {
  text: ['eq', 'ne', 'in', 'contains', 'starts_with', 'is_set', 'is_missing'],
  number: ['eq', 'ne', 'in', 'lt', 'lte', 'gt', 'gte', 'is_set', 'is_missing'],
  boolean: ['eq', 'ne', 'is_set', 'is_missing'],
  instant: ['lt', 'lte', 'gt', 'gte', 'is_set', 'is_missing'],
};

/** Letters made small for `contains` and `starts_with`: this table, not a locale, so that both readings agree on every machine. */
export const CAPITALS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞ';
export const SMALL = 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïðñòóôõöøùúûüýþ';

/** What can change the answer: certain events, a field of the person, or time passing by itself. */
export interface Dependencies {
  readonly events: ReadonlySet<string>;
  readonly traits: boolean;
  readonly time: boolean;
}

export function dependencies(condition: Condition): Dependencies {
  switch (condition.kind) {
    case 'and':
    case 'or': {
      const parts = condition.of.map(dependencies);
      return { events: new Set(parts.flatMap((p) => [...p.events])), traits: parts.some((p) => p.traits), time: parts.some((p) => p.time) };
    }
    case 'not':
      return dependencies(condition.of);
    case 'trait':
      return { events: new Set(), traits: true, time: typeof condition.value === 'object' && 'ago' in condition.value };
    case 'performed':
      return { events: new Set([condition.event]), traits: false, time: condition.window !== undefined && 'rolling' in condition.window };
    case 'last_performed':
      return { events: new Set([condition.event]), traits: false, time: true };
  }
}
