import { validateSync } from 'class-validator';
import fc from 'fast-check';
import { accepts } from './accepts.js';
import { boolean, choice, date, decimal, email, instant, integer, json, money, phone, ref, text, url } from './fields.js';
import { dtoOf } from './validate.js';

const fields = {
  name: text(12, { required: true }),
  note: text(100),
  mail: email(),
  call: phone(),
  site: url(),
  kind: choice(['a', 'b'], { default: 'a' }),
  yes: boolean(),
  size: integer({ min: 1, max: 9 }),
  rate: decimal(2),
  price: money(),
  on: date(),
  at: instant(),
  owner: ref('user', { required: true }),
  more: json(),
};
const likely: readonly unknown[] = [
  '',
  'a',
  'A name that is too long',
  'a@example.test',
  '+49 30 901820',
  'https://example.test/x',
  '2026-02-03',
  '2026-02-03T04:05:06Z',
  '018bcfe5-6879-7389-8000-000000000079',
  '1.25',
  '1.255',
  5,
  1.5,
  true,
  null,
  undefined,
  { amount: '1.5', currency: 'EUR' },
  { amount: '1.5', currency: 'XXXX' },
  'nul \u0000',
];

test('what is accepted without class-validator is what class-validator finds nothing wrong with', () => {
  const value = fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...likely) }, fc.jsonValue());
  const input = fc.record(Object.fromEntries(Object.keys(fields).map((name) => [name, value])), { requiredKeys: [] });
  const seen = { good: 0, bad: 0 };
  const judged = (mode: 'create' | 'patch', given: object) => {
    const dto = dtoOf(fields, mode);
    const instance = Object.assign(new dto(), given);
    const problems = validateSync(instance, { stopAtFirstError: true, skipMissingProperties: false, forbidUnknownValues: false });
    expect(accepts(dto, instance)).toBe(problems.length === 0);
    seen[problems.length === 0 ? 'good' : 'bad']++;
  };
  const good = { name: 'a', owner: '018bcfe5-6879-7389-8000-000000000079' };
  for (const name of Object.keys(fields)) for (const one of likely) judged('create', { ...good, [name]: one });
  fc.assert(
    fc.property(input, fc.constantFrom('create' as const, 'patch' as const), (given, mode) => judged(mode, given)),
    { numRuns: 300 },
  );
  expect(seen.good).toBeGreaterThan(50);
  expect(seen.bad).toBeGreaterThan(50);
});
