import { sql } from '#kernel/db/sql.js';
import { invalid } from '#kernel/errors/domain-error.js';
import { boolean, choice, integer, json, ref, text } from '#kernel/resource/fields.js';
import type { Work } from '#kernel/usecase/work.js';
import { kindShapes, readSettings, type Misfit, type RuleKind } from '../domain/rule-kinds.js';
import { compileRule } from './compile-rule.js';
import { placeOf } from './load-rules.js';
import type { Messages, QualityRule } from './quality-rule.resource.js';
import { ruleUnfit, rulesUnfit } from './rule-errors.js';

/** What may be said of a rule, new or old. */
export const ruleInput = {
  fields: json({ description: 'The fields it is about: `["accountId"]`, `["address.city"]`; none for formulas and children.' }),
  settings: json({ description: 'What its kind needs to know, such as `{"min": 0}`; see the guide on data quality.' }),
  condition: text(2000, { description: 'A formula: the rule is about records of which it holds. Empty: about all.' }),
  severity: choice(['warn', 'refuse'], { description: '`refuse`: what breaks it is not written. `warn` when left out.' }),
  atEntry: boolean({ description: 'Whether records are judged when they are written. Yes when left out, for kinds that can.' }),
  weight: integer({ min: 1, max: 100, description: 'How much it counts in the score; 1 when left out.' }),
  messages: json({ description: 'What people are told, by language: `{"de": "…", "en": "…"}`.' }),
  ownerId: ref('user', { unread: true, description: 'Who looks after what it finds.' }),
  isActive: boolean({ description: 'Whether it is in use.' }),
};

type Draft = Pick<
  QualityRule,
  'key' | 'resource' | 'kind' | 'condition' | 'severity' | 'atEntry' | 'weight' | 'ownerId' | 'isActive' | 'isShipped' | 'learned'
> & { readonly fields: unknown; readonly settings: unknown; readonly messages: unknown };
/** What of a rule is written. */
export type RuleValues = Omit<QualityRule, 'id' | 'version' | 'createdAt' | 'updatedAt'>;

/** A rule as it will be, with all fields it looks at; refuses what does not fit. */
export async function checkedRule(work: Work, draft: Draft): Promise<RuleValues> {
  const { kind } = draft;
  const { settings, misfits } = readSettings(kind, draft.settings);
  const wrong = [...misfits, ...misfitFields(kind, draft.fields), ...misfitMessages(draft.messages)];
  if (draft.atEntry && !kindShapes[kind].atEntry) wrong.push({ path: '/atEntry', message: 'is not possible for rules of this kind' });
  if (draft.severity === 'refuse' && !draft.atEntry)
    wrong.push({ path: '/severity', message: 'refuses nothing where records are not judged at entry' });
  if (wrong.length > 0) throw rulesUnfit(wrong);
  const values = { ...draft, settings, fields: draft.fields as string[], messages: draft.messages as Messages, reads: [] };
  const place = await placeOf(work, draft.resource);
  if (!place) throw ruleUnfit('/resource', 'is no kind of record');
  if (settings.pattern !== undefined) await tryPattern(work, settings.pattern);
  const whole = { ...values, id: '', version: 1, createdAt: work.now, updatedAt: work.now };
  const { reads } = compileRule(whole, place);
  return { ...values, reads: [...reads] };
}

function misfitFields(kind: RuleKind, fields: unknown): Misfit[] {
  const [least, most] = kindShapes[kind].fields;
  const isList = Array.isArray(fields) && fields.every((one) => typeof one === 'string' && one.length <= 200);
  if (isList && fields.length >= least && fields.length <= most) return [];
  return [
    { path: '/fields', message: `must be a list of ${least === most ? least : `${least} to ${most}`} field names for rules of this kind` },
  ];
}

function misfitMessages(messages: unknown): Misfit[] {
  const entries = typeof messages === 'object' && messages !== null && !Array.isArray(messages) ? Object.entries(messages) : [];
  const isGood = entries.every(
    ([language, said]) => /^[a-z]{2}$/.test(language) && typeof said === 'string' && said.trim() !== '' && said.length <= 500,
  );
  if (entries.length > 0 && isGood) return [];
  return [{ path: '/messages', message: 'must be texts by language such as {"de": "…", "en": "…"}, each of at most 500 characters' }];
}

/** PostgreSQL knows best which patterns it understands. */
async function tryPattern(work: Work, pattern: string): Promise<void> {
  if (/\\[1-9]/.test(pattern)) throw ruleUnfit('/settings/pattern', 'refers back to what it has found, which may take for ever');
  try {
    await work.rows(sql`select '' ~ ${pattern}::text`);
  } catch {
    throw ruleUnfit('/settings/pattern', 'is no pattern PostgreSQL understands');
  }
}

export function checkKey(key: string): void {
  if (/^[a-z][a-z0-9-]{1,59}$/.test(key)) return;
  throw invalid('quality_rule.key_malformed', 'A key is made of small letters, digits and hyphens: `deal-without-account`.', {
    errors: [{ path: '/key', code: 'key_malformed', message: 'is no key such as deal-without-account' }],
  });
}
