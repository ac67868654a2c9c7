import { readdirSync } from 'node:fs';
import { basename } from 'node:path';

const files = ['src', 'migrations', 'test'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
    .map((name) => `${folder}/${name}`),
);

const isNamed = (file: string): boolean => /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+)*\.ts$/.test(basename(file));
/** Service is a module of the business, too. */
const namesAModule = (file: string): boolean => /^(migrations\/\d+|src\/app\/demo\/seed)-service\.ts$/.test(file);
const namesAPlace = (file: string): boolean =>
  !namesAModule(file) &&
  /[.-](service|services|helper|helpers|util|utils|manager|handler|impl|barrel)\.ts$|\/(utils|helpers|services|common|shared)\/|\/index\.ts$/.test(
    file,
  );

describe('file names', () => {
  test('are words with dashes', () => {
    expect(files.length).toBeGreaterThan(250);
    expect(files.filter((file) => !isNamed(file))).toEqual([]);
    expect(['src/a/ConvertLead.ts', 'src/a/convert_lead.ts'].filter(isNamed)).toEqual([]);
  });

  test('say an act or a thing, never a place', () => {
    expect(files.filter(namesAPlace)).toEqual([]);
    expect(['src/a/lead.service.ts', 'src/a/date-utils.ts', 'src/utils/date.ts', 'src/a/index.ts'].filter(namesAPlace)).toHaveLength(4);
  });
});
