// `npm run bench -- faults`: workers killed twenty times and PostgreSQL crashed under load, on each back end of the queue; then counts.
// FAULT_SEED repeats a run, FAULT_EVENTS, FAULT_ESCALATIONS, FAULT_ROUNDS and FAULT_LATER (percent of mails put off) change it, FAULT_QUEUES takes postgres or redis only.
import { spawnSync } from 'node:child_process';
import { judge } from '../test/faults/findings.ts';
import { runStorm } from '../test/faults/storm.ts';

const number = (name: string, usual: number) => Number(process.env[name] ?? usual);
const seed = number('FAULT_SEED', Math.floor(Math.random() * 1_000_000));
const redis = process.env['TEST_REDIS_URL'] ?? (spawnSync('redis-server', ['--version']).status === 0 ? 'own' : undefined);
const wanted = process.env['FAULT_QUEUES']?.split(',') ?? ['postgres', ...(redis === undefined ? [] : ['redis'])];

let passed = 0;
let failed = 0;
for (const queue of wanted) {
  const storm = await runStorm({
    seed,
    events: number('FAULT_EVENTS', 1_000),
    escalations: number('FAULT_ESCALATIONS', 200),
    rounds: number('FAULT_ROUNDS', 24),
    workers: 2,
    people: 100,
    laterPercent: number('FAULT_LATER', 2),
    redis: queue === 'redis' ? redis : undefined,
    say: (line) => console.log(`  ${line}`),
  });
  try {
    const { findings, figures } = await judge(storm);
    for (const [name, value] of Object.entries(figures)) console.log(`  ${name.padEnd(32)}${value}`);
    for (const { what, against } of findings) {
      console.log(
        `${against.length === 0 ? 'passed' : 'FAILED'}  ${what}${against
          .slice(0, 10)
          .map((line) => `\n        ${line}`)
          .join('')}`,
      );
    }
    passed += findings.filter(({ against }) => against.length === 0).length;
    failed += findings.filter(({ against }) => against.length > 0).length;
  } finally {
    await storm.close();
  }
}
console.log(`\nFAULT_SEED=${seed}\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
