import { defineResource, everyone, type Row } from '#kernel/resource/define-resource.js';
import { choice, instant, integer, json, ref } from '#kernel/resource/fields.js';

/** `learn`: what is usual. `keys`: what rows are compared by. `judge`: what breaks the rules. `whole`: what all rows say together. */
export type SweepPhase = 'learn' | 'keys' | 'judge' | 'whole';
export interface SweepStep {
  readonly resource: string;
  readonly phase: SweepPhase;
}
/** Everything before it is committed. */
export interface SweepPlace {
  readonly step: number;
  readonly after: string;
}
export interface RuleResult {
  readonly ruleId: string;
  readonly rule: string;
  readonly resource: string;
  readonly records: number;
  readonly faulty: number;
  readonly accepted: number;
  /** Not kept by the first sweeps. */
  readonly weight?: number;
}

interface Needed {
  readonly required: true;
  readonly writer: 'system';
  readonly description: string;
}

export const QualitySweep = defineResource('quality_sweep', {
  description: 'One walk through all records, judged by the rules in use.',
  table: 'quality.quality_sweeps',
  scope: everyone,
  operations: ['list', 'get'],
  fields: {
    state: choice(['running', 'finished', 'failed'], { required: true, index: true, writer: 'system', description: 'How far it is.' }),
    plan: json<readonly SweepStep[], Needed>({ required: true, writer: 'system', description: 'What it does, step by step.' }),
    place: json<SweepPlace, Needed>({ required: true, writer: 'system', description: 'Where the next part begins.' }),
    turn: integer({ required: true, min: 0, writer: 'system', description: 'How many parts are done.' }),
    records: json<Readonly<Record<string, number>>, Needed>({
      required: true,
      writer: 'system',
      description: 'Records judged so far, by their kind.',
    }),
    opened: integer({ required: true, min: 0, writer: 'system', description: 'Findings it has opened.' }),
    fixed: integer({ required: true, min: 0, writer: 'system', description: 'Findings it has closed.' }),
    results: json<readonly RuleResult[]>({
      writer: 'system',
      description: 'Rule by rule, once it is finished: records, and how many break it.',
    }),
    startedById: ref('user', { writer: 'system', description: 'Who started it; empty when it was time for it.' }),
    startedAt: instant({ required: true, index: true, writer: 'system', description: 'When it began.' }),
    finishedAt: instant({ writer: 'system', description: 'When it ended.' }),
  },
});
export type QualitySweep = Row<typeof QualitySweep>;
