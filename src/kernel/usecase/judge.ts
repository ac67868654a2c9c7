import { DomainError } from '../errors/domain-error.js';
import type { Resource } from '../resource/define-resource.js';
import type { Work } from './work.js';

/** Rows that were just written; their transaction has not committed. */
export interface Written {
  readonly resource: Resource;
  readonly ids: readonly string[];
  /** The fields that changed; null when the rows are new. */
  readonly changed: readonly string[] | null;
}

/** What is wrong with a record that was written all the same. */
export interface Warning {
  readonly resource: string;
  readonly recordId: string;
  /** Key of the rule it does not keep. */
  readonly rule: string;
  /** JSON pointer to the field it is about; empty when it is about the record as a whole. */
  readonly path: string;
  readonly message: string;
}

/** What a judge needs of the Work in which the rows were written. */
export type JudgeWork = Pick<Work, 'tenantId' | 'actor' | 'now' | 'rows'>;

/** What a tenant demands of its records beyond their definitions: asked about each write by whatever door, in its transaction. */
export interface Judge {
  /** Whether writes of this resource are looked at; asked before each write. */
  concerns(resource: string): boolean;
  /** Throws what refuses the write, and answers what is only warned of. */
  judge(written: Written, work: JudgeWork): Promise<readonly Warning[]>;
}

/** A judge and what it has warned of so far in one transaction. */
export interface Judging {
  readonly judge: Judge;
  readonly warnings: Warning[];
}

/** Why one of several rows was refused: the first rule it breaks. */
export interface RowRefusal {
  readonly rule: string;
  readonly path: string;
  readonly message: string;
}

/** A write of several rows that was refused, with those of them that would be refused in whatever company, by their places. */
export class RowsRefused extends DomainError {
  constructor(
    { kind, code, message, details }: DomainError,
    readonly rows: ReadonlyMap<number, RowRefusal>,
  ) {
    super(kind, code, message, details);
  }
}
