// `npm run check`: everything CI asks, one step after the other. Runs before there is a dist, so it imports nothing of ours.
import { spawnSync } from 'node:child_process';

interface Step {
  readonly name: string;
  /** An npm script with its arguments. */
  readonly script: readonly string[];
  readonly help: string;
}

const STEPS: readonly Step[] = [
  { name: 'format', script: ['format:check'], help: 'Run "npm run format" and commit the result.' },
  { name: 'lint', script: ['lint'], help: 'Mend the lines above; "npm run lint -- --fix" mends some of them.' },
  { name: 'types', script: ['typecheck'], help: 'Mend the lines above.' },
  { name: 'boundaries', script: ['arch'], help: 'Each line names the rule; .dependency-cruiser.cjs says what it is for.' },
  { name: 'compose', script: ['lint:compose'], help: 'Mend docker-compose.yml as said above.' },
  {
    name: 'contract',
    script: ['kontor', '--', 'openapi', '--check'],
    help: 'Run "npm run kontor -- openapi", read the difference like code, and commit it.',
  },
  { name: 'texts', script: ['kontor', '--', 'texts:coverage'], help: 'Say what is missing in src/app/texts.' },
  { name: 'tests', script: ['test'], help: 'Run "npm test -- <file>" on the file above.' },
];

/** Every step runs, so that one look shows all there is to mend. */
const failed = STEPS.filter(({ name, script, help }) => {
  console.log(`\n── ${name}`);
  const began = performance.now();
  const { status } = spawnSync('npm', ['run', '--silent', ...script], { stdio: 'inherit' });
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(status === 0 ? `── ${name}: good, ${seconds} s` : `── ${name}: failed after ${seconds} s. ${help}`);
  return status !== 0;
});

console.log(failed.length === 0 ? '\nAll steps are good.' : `\nFailed: ${failed.map(({ name }) => name).join(', ')}.`);
process.exitCode = failed.length === 0 ? 0 : 1;
