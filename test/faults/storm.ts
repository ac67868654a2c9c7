import { setTimeout as sleep } from 'node:timers/promises';
import { makeDice, type Dice } from '#app/demo/dice.js';
import { foundCompany, openCaseDueIn, type Company } from './company.ts';
import { EventTeller } from './event-teller.ts';
import { Installation } from './installation.ts';
import { MailSink } from './mail-sink.ts';
import { isCaughtUp, isSettled, stateOf, type State } from './state.ts';

export interface StormPlan {
  /** Repeats a storm: the same moments, as far as a machine repeats anything. */
  readonly seed: number;
  readonly events: number;
  readonly escalations: number;
  /** Each round tells some events and then kills workers: one of them at a random moment, or all on the word of the mail server. */
  readonly rounds: number;
  readonly workers: number;
  readonly people: number;
  readonly laterPercent: number;
  /** `own`, or the address of a Redis that may be emptied. */
  readonly redis?: string | undefined;
  readonly say?: (line: string) => void;
}

/** What is left when the storm is over and the system has come to rest. */
export interface Aftermath {
  readonly plan: StormPlan;
  readonly installation: Installation;
  readonly company: Company;
  readonly teller: EventTeller;
  readonly sink: MailSink;
  readonly caseIds: readonly string[];
  /** When each fault happened, in milliseconds since 1970. */
  readonly faults: readonly Fault[];
  readonly kills: number;
  readonly settled: boolean;
  /** From the last fault until nothing was left to do but mails that their server had put off. */
  readonly caughtUpAfterSeconds: number;
  readonly seconds: number;
  close(): Promise<void>;
}

export interface Fault {
  readonly at: number;
  readonly until: number;
  readonly what: string;
}

/** Longest wait for rest after the last fault. A mail put off by its server comes again a minute later. */
const restWithinMs = 240_000;

export async function runStorm(plan: StormPlan): Promise<Aftermath> {
  const began = performance.now();
  const sink = await MailSink.open({ seed: plan.seed, laterPercent: plan.laterPercent });
  const installation = await Installation.open({ smtpUrl: sink.url, workers: plan.workers, redis: plan.redis });
  const close = async () => {
    await installation.close();
    await sink.close();
  };
  try {
    const company = await foundCompany(installation, plan.people);
    await installation.startWorkers();
    const storm = new Storm(plan, { sink, installation, company });
    const outcome = await storm.run();
    return { plan, sink, installation, company, close, ...outcome, seconds: (performance.now() - began) / 1000 };
  } catch (error) {
    await close();
    throw error;
  }
}

interface Parts {
  readonly sink: MailSink;
  readonly installation: Installation;
  readonly company: Company;
}

class Storm {
  private readonly dice: Dice;
  private readonly faults: Fault[] = [];
  private readonly caseIds: string[] = [];
  private readonly teller: EventTeller;
  private readonly plan: StormPlan;
  private readonly parts: Parts;

  constructor(plan: StormPlan, parts: Parts) {
    this.plan = plan;
    this.parts = parts;
    this.dice = makeDice(plan.seed);
    this.teller = new EventTeller(parts.company);
  }

  async run() {
    const { plan, parts } = this;
    const { rounds } = plan;
    this.say(
      `seed ${plan.seed}: ${plan.events} events, ${plan.escalations} escalations, ${plan.rounds} rounds with ${plan.workers} workers`,
    );
    const talks = [this.openCases()];
    for (let round = 1; round <= rounds; round++) {
      talks.push(this.tellShare(round));
      await this.killSomeone();
      if (round === Math.ceil(rounds / 2)) talks.push((await this.crashPostgres()).talk);
      if (round === Math.ceil((rounds * 3) / 4)) await this.flushRedis();
    }
    const last = performance.now();
    await Promise.all(talks);
    const { settled, caughtUpAfterSeconds } = await this.comeToRest(last);
    const kills = parts.installation.workers.reduce((sum, worker) => sum + worker.kills, 0);
    return { teller: this.teller, caseIds: this.caseIds, faults: this.faults, kills, settled, caughtUpAfterSeconds };
  }

  /** Each round tells as many events as any other. */
  private tellShare(round: number): Promise<void> {
    const { events, rounds } = this.plan;
    const upTo = (parts: number) => Math.floor(((events - this.duringCrash) * parts) / rounds);
    return this.teller.tell(upTo(round) - upTo(round - 1));
  }

  /** Events told while PostgreSQL goes and comes. */
  private get duringCrash(): number {
    return Math.floor(this.plan.events / 10);
  }

  /** All their clocks run out during the storm, at random moments. */
  private async openCases(): Promise<void> {
    const { plan, parts } = this;
    for (let i = 0; i < plan.escalations; i++) {
      const due = this.dice.between(3, 3 + plan.rounds * 3);
      const caseId = await untilDone(() => openCaseDueIn(parts.company, due));
      this.caseIds.push(caseId);
    }
  }

  private async killSomeone(): Promise<void> {
    const { sink, installation } = this.parts;
    const [first, ...others] = installation.workers;
    if (!first) throw new Error('A storm needs workers.');
    await Promise.all(installation.workers.map((worker) => worker.whenReady()));
    const onAMail = this.dice.chance(40);
    const victims = onAMail ? installation.workers : [this.dice.pick([first, ...others])];
    await sleep(this.dice.between(50, onAMail ? 300 : 1_800));
    if (onAMail) await nextMail(sink, 8_000);
    const at = Date.now();
    await Promise.all(victims.map((worker) => worker.kill()));
    this.note({ at, until: Date.now(), what: onAMail ? 'all workers killed when a mail was taken' : 'a worker killed' });
  }

  private async crashPostgres(): Promise<{ talk: Promise<void> }> {
    const { installation } = this.parts;
    await Promise.all(installation.workers.map((worker) => worker.whenReady()));
    const talk = this.teller.tell(this.duringCrash, 16_000 / this.duringCrash);
    await sleep(this.dice.between(200, 900));
    const at = Date.now();
    await installation.crashPostgres();
    await sleep(this.dice.between(100, 1_200));
    await installation.revivePostgres();
    this.note({ at, until: Date.now(), what: 'PostgreSQL stopped immediately and started again' });
    return { talk };
  }

  private async flushRedis(): Promise<void> {
    const { installation } = this.parts;
    if (!installation.hasRedis) return;
    await installation.flushRedis();
    this.note({ at: Date.now(), until: Date.now(), what: 'Redis emptied' });
  }

  private async comeToRest(since: number): Promise<{ settled: boolean; caughtUpAfterSeconds: number }> {
    let state: State | null = null;
    let caughtUpAfterSeconds = Number.NaN;
    for (let i = 0; performance.now() - since < restWithinMs; i++) {
      state = await stateOf(this.parts.installation);
      if (Number.isNaN(caughtUpAfterSeconds) && isCaughtUp(state)) caughtUpAfterSeconds = (performance.now() - since) / 1000;
      if (isSettled(state)) return { settled: true, caughtUpAfterSeconds };
      if (i % 10 === 0) this.say(`waiting for rest: ${JSON.stringify(state)}`);
      await sleep(500);
    }
    this.say(`no rest: ${JSON.stringify(state)}`);
    return { settled: false, caughtUpAfterSeconds };
  }

  private note(fault: Fault): void {
    this.faults.push(fault);
    this.say(`${this.faults.length}. ${fault.what}; ${this.parts.sink.taken.size} mails so far, ${this.teller.taken.size} events taken`);
  }

  private say(line: string): void {
    this.plan.say?.(line);
  }
}

/** Resolves at the next mail, or when that takes too long. */
function nextMail(sink: MailSink, withinMs: number): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      sink.onTaken = () => undefined;
      resolve();
    };
    const timer = setTimeout(done, withinMs);
    sink.onTaken = done;
  });
}

async function untilDone<T>(run: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await run();
    } catch {
      await sleep(300);
    }
  }
}
