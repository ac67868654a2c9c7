// `npm run check`: everything CI asks. Runs before there is a dist, so it imports nothing of ours.
import { spawn } from 'node:child_process';

interface Step {
  readonly name: string;
  /** An npm script with its arguments. */
  readonly script: readonly string[];
  readonly help: string;
}

const LINT: Step = { name: 'lint', script: ['lint'], help: 'Mend the lines above; "npm run lint -- --fix" mends some of them.' };
const SHORT: readonly Step[] = [
  { name: 'format', script: ['format:check'], help: 'Run "npm run format" and commit the result.' },
  { name: 'types', script: ['typecheck'], help: 'Mend the lines above.' },
  { name: 'boundaries', script: ['arch'], help: 'Each line names the rule; .dependency-cruiser.cjs says what it is for.' },
  { name: 'compose', script: ['lint:compose'], help: 'Mend docker-compose.yml as said above.' },
  {
    name: 'contract',
    script: ['kontor', '--', 'openapi', '--check'],
    help: 'Run "npm run kontor -- openapi", read the difference like code, and commit it.',
  },
  { name: 'texts', script: ['kontor', '--', 'texts:coverage'], help: 'Say what is missing in src/app/texts.' },
];
const TESTS: Step = { name: 'tests', script: ['test'], help: 'Run "npm test -- <file>" on the file above.' };

/** Side by side: the linter takes as long as all that is short. The tests come after them, for they take all there is. */
const STAGES: readonly (readonly (readonly Step[])[])[] = [[[LINT], SHORT], [[TESTS]]];

/** Every step runs, so that one look shows all there is to mend. */
const failed: string[] = [];
for (const rows of STAGES) await Promise.all(rows.map((row) => runRow(row, rows.length === 1)));
console.log(failed.length === 0 ? '\nAll steps are good.' : `\nFailed: ${failed.join(', ')}.`);
process.exitCode = failed.length === 0 ? 0 : 1;

async function runRow(row: readonly Step[], isAlone: boolean): Promise<void> {
  for (const step of row) if (!(await runStep(step, isAlone))) failed.push(step.name);
}

/** Beside others a step speaks when it is through, so that each line stands under its name. */
async function runStep({ name, script, help }: Step, isAlone: boolean): Promise<boolean> {
  const title = `\n── ${name}\n`;
  if (isAlone) process.stdout.write(title);
  const began = performance.now();
  const child = spawn('npm', ['run', '--silent', ...script], {
    stdio: ['inherit', isAlone ? 'inherit' : 'pipe', isAlone ? 'inherit' : 'pipe'],
  });
  const said: Buffer[] = isAlone ? [] : [Buffer.from(title)];
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => said.push(chunk));
  const isGood = await new Promise<boolean>((resolve) => {
    child.once('error', () => resolve(false));
    child.once('close', (code) => resolve(code === 0));
  });
  process.stdout.write(Buffer.concat(said));
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(isGood ? `── ${name}: good, ${seconds} s` : `── ${name}: failed after ${seconds} s. ${help}`);
  return isGood;
}
