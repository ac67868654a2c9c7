import type { Actor } from '#kernel/access/actor.js';
import type { InputOf } from '#kernel/resource/fields.js';
import type { Kit, TestTenant } from '#kernel/testing/kit.js';
import { crudCommand, type CrudVerb } from '#kernel/usecase/crud.js';
import type { Warning } from '#kernel/usecase/judge.js';
import { listFindings } from '../finding/list-findings.js';
import { createRule } from '../rule/create-rule.js';
import { startSweep } from '../sweep/start-sweep.js';

type Row = Record<string, unknown>;
type RuleInput = InputOf<(typeof createRule)['input']>;

const messages = { de: 'Das stimmt so nicht.', en: 'This cannot be right.' };

/** What people of a company do with rules and records, without a transport. */
export class QualityOffice {
  /** What the last write was warned of. */
  warnings: readonly Warning[] = [];

  constructor(
    private readonly kit: Kit,
    readonly tenant: TestTenant,
  ) {}

  async rule(input: Omit<RuleInput, 'messages'> & { readonly messages?: RuleInput['messages'] }): Promise<string> {
    return (await this.tenant.run(createRule, { messages, ...input })).qualityRuleId;
  }

  async write(name: string, verb: CrudVerb, input: Row, actor: Actor = this.tenant.admin): Promise<Row> {
    this.warnings = [];
    const resource = (await this.kit.runtime.definitionsOf(this.tenant.id)).resource(name);
    return this.tenant.run(crudCommand(resource, verb), input, actor, {
      warned: (warnings) => {
        this.warnings = warnings;
      },
    });
  }

  create(name: string, row: Row, actor?: Actor): Promise<Row> {
    return this.write(name, 'create', row, actor);
  }

  update(name: string, id: unknown, patch: Row): Promise<Row> {
    return this.write(name, 'update', { id: String(id), patch });
  }

  async findings(filter: InputOf<(typeof listFindings)['input']> = {}, actor: Actor = this.tenant.admin) {
    return (await this.tenant.run(listFindings, { limit: 200, ...filter }, actor)).findings;
  }

  /** One sweep, from its start to its end. */
  async sweep(): Promise<void> {
    await this.tenant.run(startSweep, {});
    await this.kit.drain();
  }
}
