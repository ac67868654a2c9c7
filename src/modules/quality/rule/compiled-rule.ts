import type { Sql } from '#kernel/db/sql.js';
import type { Resource } from '#kernel/resource/define-resource.js';
import type { QualityRule } from './quality-rule.resource.js';

/** What the value of a fault says beside that it is one; null when it is none after all. */
export type Look = (value: string) => { readonly suggestion?: string } | null;

/** A rule ready for use on rows of its resource, which stand under the alias `t`. */
export interface CompiledRule {
  readonly rule: QualityRule;
  readonly resource: Resource;
  /** Fields whose change makes it worth another look. */
  readonly own: ReadonlySet<string>;
  /** All fields it looks at, `account.name`. */
  readonly reads: readonly string[];
  /** Whether it is about a row at all. */
  readonly applies: Sql;
  /** Whether a row breaks it. */
  readonly fault: (now: Date) => Sql;
  /** A text that `look` wants to see of each fault. */
  readonly value?: Sql;
  readonly look?: Look;
  /** What no two rows share, as text; null where it is about nothing. */
  readonly key?: (alias: string) => Sql;
  /** The number that is compared with what is usual in its group. */
  readonly outlier?: { readonly value: Sql; readonly group: Sql };
  /** It is about all records together; its faults are no records. */
  readonly whole?: true;
}

/** JSON pointer to the field its findings point at. */
export const pathOf = ({ fields }: Pick<QualityRule, 'fields'>): string =>
  fields[0] === undefined ? '' : `/${fields[0].replaceAll('.', '/')}`;
