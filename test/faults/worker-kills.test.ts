import { judge } from './findings.ts';
import { runStorm } from './storm.ts';

const seed = Number(process.env['FAULT_SEED'] ?? Math.floor(Math.random() * 1_000_000));

test(`killed workers and a crashed database lose no event, double no mail and no escalation (FAULT_SEED=${seed})`, async () => {
  const lines: string[] = [];
  const plan = {
    seed,
    events: 100,
    escalations: 30,
    rounds: 5,
    workers: 2,
    people: 20,
    laterPercent: 0,
    say: (line: string) => lines.push(line),
  };
  const storm = await runStorm(plan);
  try {
    const { findings, figures } = await judge(storm);
    const wrong = findings.filter(({ against }) => against.length > 0);
    if (wrong.length > 0) throw new Error(JSON.stringify({ seed, wrong, figures, lines }, null, 1));
    expect(findings.length).toBeGreaterThan(5);
  } finally {
    await storm.close();
  }
});
