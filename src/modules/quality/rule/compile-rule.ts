import { sql, trusted, type Sql } from '#kernel/db/sql.js';
import type { Resource } from '#kernel/resource/define-resource.js';
import { conditionOf, valueAt, whyFormulaFails, type FormulaPlace, type Term } from '#modules/customization/api.js';
import type { RuleKind } from '../domain/rule-kinds.js';
import type { CompiledRule } from './compiled-rule.js';
import type { QualityRule } from './quality-rule.resource.js';
import { ruleUnfit } from './rule-errors.js';
import { rowKinds } from './row-kinds.js';
import { setKinds } from './set-kinds.js';

/** What a rule of some kind adds to what all rules have. */
export type KindPart = Pick<CompiledRule, 'fault'> & Partial<Pick<CompiledRule, 'value' | 'look' | 'key' | 'outlier' | 'whole'>>;
export type CompileKind = (terms: RuleTerms) => KindPart;

const kinds: Readonly<Record<RuleKind, CompileKind>> = { ...rowKinds, ...setKinds };

/** Throws what says why it cannot be understood: a field that is gone, a formula that is none. */
export function compileRule(rule: QualityRule, place: FormulaPlace): CompiledRule {
  const terms = new RuleTerms(rule, place);
  const part = kinds[rule.kind](terms);
  const applies = rule.condition === null ? sql`true` : sql`(${terms.condition(rule.condition)}) is true`;
  const reads = [...new Set(terms.names)];
  const mark = `${place.resource.name}.`;
  const own = new Set(reads.flatMap((name) => (name.startsWith(mark) ? [name.slice(mark.length)] : [])));
  return { rule, resource: place.resource, reads, own, applies, ...part };
}

/** The parts of a rule as SQL over its rows; keeps which fields were named. */
export class RuleTerms {
  readonly names: string[] = [];

  constructor(
    readonly rule: QualityRule,
    private readonly place: FormulaPlace,
  ) {}

  get resource(): Resource {
    return this.place.resource;
  }

  /** The field the rule is about. */
  get value(): Sql {
    return this.sqlOf(this.term(this.rule.fields[0] ?? '', '/fields/0'));
  }

  get values(): Sql[] {
    return this.rule.fields.map((field, i) => this.sqlOf(this.term(field, `/fields/${i}`)));
  }

  /** A field by its path; amounts of money are meant by the name of the field alone. */
  term(path: string, pointer: string, resource: Resource = this.resource): Term {
    const place = { ...this.place, resource };
    const found = valueAt(path, place) ?? valueAt(`${path}.amount`, place);
    if (!found) throw ruleUnfit(pointer, `names no field of ${resource.name} that a rule could look at`);
    this.names.push(...found.names);
    return found;
  }

  condition(source: string, pointer = '/condition'): Sql {
    const found = understood(pointer, () => conditionOf(source, this.place));
    this.names.push(...found.names);
    return this.sqlOf(found);
  }

  other(name: string | undefined): Resource {
    const found = this.place.lookup(name ?? '');
    if (!found) throw ruleUnfit('/settings/resource', 'is no kind of record');
    return found;
  }

  sqlOf = ({ sql: of }: Term, alias = 't'): Sql => trusted(of(alias));
}

function understood<T>(pointer: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    const why = whyFormulaFails(error);
    throw why === null ? error : ruleUnfit(pointer, `cannot be understood: ${why}`);
  }
}
