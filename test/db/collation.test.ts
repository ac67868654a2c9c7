import { allModules } from '#app/modules.js';
import { sql, trusted } from '#kernel/db/sql.js';
import { openKit, type Kit } from '#kernel/testing/kit.js';

let kit: Kit;
beforeAll(async () => {
  kit = await openKit(allModules);
});
afterAll(() => kit.close());

const names = [
  ...['Zebra', 'zebra', 'Ähre', 'Ahre', 'ahre', 'Aehre', 'Öl', 'Ol', 'Oel', 'Straße', 'Strasse', 'STRASSE', 'Strassen', 'straße'],
  ...['co-op', 'coop', 'Co op', 'Müller', 'Mueller', 'Muller', 'müller', 'résumé', 'resume', 'Resume', 'naïve', 'Łódź', 'Lodz', 'Ørsted'],
  ...['3M', '3 M', '10x', '9x', "O'Neil", 'ONeil', 'O’Neil', '@home', '_x', 'Ångström', 'Angstrom', 'Şişli', 'Ñu', 'Nu', 'ﬁx', 'fix'],
];

test('lists stand in German and in English order: for both it is that of Unicode, by which one index serves all', async () => {
  const tenant = await kit.tenant();
  const sorted = (collation: string) =>
    tenant.work(async (work) => {
      const rows = await work.rows<{ name: string }>(
        sql`select n.name from unnest(${names}::text[]) as n(name) order by n.name ${trusted(`collate "${collation}"`)}, n.name collate "C"`,
      );
      return rows.map(({ name }) => name);
    });
  const unicode = await sorted('und-x-icu');
  for (const collation of ['de-x-icu', 'de-AT-x-icu', 'de-CH-x-icu', 'en-x-icu', 'en-US-x-icu'])
    expect(await sorted(collation)).toEqual(unicode);
  expect(unicode.indexOf('Ähre')).toBeLessThan(unicode.indexOf('Öl'));
  expect(unicode.indexOf('Straße')).toBeLessThan(unicode.indexOf('Strassen'));
});
