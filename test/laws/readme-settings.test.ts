import { readFileSync } from 'node:fs';
import { Environment } from '#app/config.js';
import { SETTINGS, settingsTable } from '#app/settings-table.js';

const readme = readFileSync('README.md', 'utf8');
const shown = /<!-- settings:[^>]*-->\n([\s\S]*?)\n<!-- \/settings -->/.exec(readme)?.[1];

test('the settings in the README are those of the program; "npm run --silent kontor -- settings" prints them', () => {
  expect(shown).toBe(settingsTable());
});

test('a changed setting would be noticed', () => {
  expect(shown).not.toBe(settingsTable().replace('| 3000 |', '| 3001 |'));
});

test('what is said to count when a setting is not set is what the program takes', () => {
  const said = new Map(Object.entries<{ unset: string }>(SETTINGS).map(([name, { unset }]) => [name, unset]));
  const defaults = Object.entries(new Environment()).filter(([, value]) => value !== undefined);
  expect(defaults.length).toBeGreaterThan(5);
  for (const [name, value] of defaults) expect([name, said.get(name)]).toEqual([name, String(value)]);
});
