// Lints each plant and prints what the linter said, for lint.test.ts. A process of its own: the type service behind the rules never lets go.
import { ESLint } from 'eslint';

/** One piece of code for each law this project added to the usual ones, and a place where it must not stand. */
export const plants: readonly (readonly [rule: string, file: string, code: string])[] = [
  ['no-restricted-syntax', 'src/modules/sales/plant.ts', 'export const port = process.env.PORT;'],
  ['no-restricted-syntax', 'src/app/plant.ts', 'const a = 1;\nexport default a;'],
  ['no-restricted-syntax', 'src/modules/sales/domain/plant.ts', 'export const now = () => Date.now();'],
  ['no-restricted-syntax', 'src/modules/sales/domain/plant.ts', 'export const now = () => new Date();'],
  ['no-restricted-syntax', 'src/modules/sales/domain/plant.ts', 'export const dice = () => Math.random();'],
  ['no-console', 'src/modules/sales/plant.ts', "console.log('hello');"],
  ['@typescript-eslint/no-floating-promises', 'src/modules/sales/plant.ts', 'const work = async () => 1;\nwork();'],
  ['@typescript-eslint/no-explicit-any', 'src/modules/sales/plant.ts', 'export const a = (b: any) => String(b);'],
  ['max-params', 'src/modules/sales/plant.ts', 'export const a = (b: 1, c: 1, d: 1, e: 1, f: 1) => [b, c, d, e, f];'],
  ['max-lines', 'src/modules/sales/plant.ts', `export const a = 1;\n${'// more\n'.repeat(300)}`],
  ['max-lines-per-function', 'src/modules/sales/plant.ts', `export function a() {\n${'  a();\n'.repeat(60)}}`],
  ['max-depth', 'src/modules/sales/plant.ts', 'export const f = (a: 1 | 2) => { if (a) { if (a) { if (a) { if (a) { f(a); } } } } };'],
  ['complexity', 'src/modules/sales/plant.ts', `export const f = (a?: 1) => [${'a ?? 2, '.repeat(10)}];`],
];

const eslint = new ESLint({
  overrideConfig: {
    languageOptions: { parserOptions: { projectService: { allowDefaultProject: [...new Set(plants.map(([, file]) => file))] } } },
  },
});

if (process.argv[1] === import.meta.filename) {
  const said: (string | null)[][] = [];
  for (const [, file, code] of plants) {
    const [result] = await eslint.lintText(code, { filePath: file });
    said.push(result?.messages.map(({ ruleId, message }) => ruleId ?? message) ?? []);
  }
  const config = async (file: string) => ((await eslint.calculateConfigForFile(file)) as { rules: unknown }).rules;
  process.stdout.write(JSON.stringify({ said, config: await config('src/app/config.ts'), other: await config('src/app/keys.ts') }), () =>
    process.exit(0),
  );
}
