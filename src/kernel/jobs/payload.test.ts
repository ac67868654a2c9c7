import { instant, json, list, object, text } from '#kernel/resource/fields.js';
import { revive } from './payload.js';

const at = '2026-03-02T09:00:00.000Z';

test('instants come back as dates, also inside lists and objects', () => {
  const fields = { at: instant(), all: list(instant()), step: object({ at: instant(), name: text(10) }, { name: 'Step' }) };
  expect(revive(fields, { at, all: [at], step: { at, name: 'x' } })).toEqual({
    at: new Date(at),
    all: [new Date(at)],
    step: { at: new Date(at), name: 'x' },
  });
});

test('everything else stays as it is', () => {
  const fields = { at: instant(), note: text(100), any: json() };
  expect(revive(fields, { at: null, note: at, any: { at }, more: 1 })).toEqual({ at: null, note: at, any: { at }, more: 1 });
});
