import { nextLeadStatus, type LeadStatus, type LeadVerb } from './lead-status.js';

const statuses: readonly LeadStatus[] = ['new', 'working', 'qualified', 'converted', 'disqualified'];

test.each<[LeadVerb, readonly (LeadStatus | null)[]]>([
  ['start', ['working', null, null, null, null]],
  ['qualify', ['qualified', 'qualified', null, null, null]],
  ['disqualify', ['disqualified', 'disqualified', 'disqualified', null, null]],
  ['reopen', [null, null, null, null, 'working']],
])('%s leads from each status where it should', (verb, expected) => {
  expect(statuses.map((status) => nextLeadStatus(status, verb))).toEqual(expected);
});

test('a converted lead is final', () => {
  const verbs: readonly LeadVerb[] = ['start', 'qualify', 'disqualify', 'reopen'];
  expect(verbs.map((verb) => nextLeadStatus('converted', verb))).toEqual([null, null, null, null]);
});
