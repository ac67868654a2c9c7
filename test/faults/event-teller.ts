import { setTimeout as sleep } from 'node:timers/promises';
import { triggerType, type Company } from './company.ts';

/** Tells events as a shop's integration would: again and again until they are taken, some of them twice at once. */
export class EventTeller {
  /** Our id of each event that was taken → Kontor's. */
  readonly taken = new Map<string, string>();
  /** How often which answer came: a status, or `none`. */
  readonly answers = new Map<string, number>();
  /** Refusals while the database was away that did not say when to come back. */
  readonly wordless: string[] = [];
  private serial = 0;
  private readonly company: Company;

  constructor(company: Company) {
    this.company = company;
  }

  /** So many new events, a few at a time; `pauseMs` stretches them. */
  async tell(count: number, pauseMs = 0, atOnce = 4): Promise<void> {
    const events = Array.from({ length: count }, () => this.next());
    const talker = async () => {
      for (let event = events.pop(); event; event = events.pop()) {
        const twice = this.serial % 7 === 0;
        await Promise.all([this.untilTaken(event), ...(twice ? [this.untilTaken(event)] : [])]);
        if (pauseMs > 0) await sleep(pauseMs);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, talker));
  }

  private next() {
    this.serial += 1;
    const { contactIds } = this.company;
    return {
      id: `event-${this.serial}`,
      type: triggerType,
      contactId: contactIds[this.serial % contactIds.length],
      properties: { n: this.serial },
    };
  }

  private async untilTaken(event: { readonly id: string }): Promise<void> {
    for (let attempt = 1; attempt < 100; attempt++) {
      const answer = await this.company.rest.send('POST', '/v1/events', event, 10_000).catch(() => null);
      const label = answer ? String(answer.status) : 'none';
      this.answers.set(label, (this.answers.get(label) ?? 0) + 1);
      if (answer?.status === 202) {
        this.taken.set(event.id, String(answer.body['eventId']));
        return;
      }
      if (answer && answer.status < 500) throw new Error(`An event was refused: ${answer.status} ${JSON.stringify(answer.body)}`);
      if (answer && answer.headers.get('retry-after') === null) this.wordless.push(`${answer.status} ${String(answer.body['code'])}`);
      await sleep(Math.min(100 * attempt, 1_000));
    }
    throw new Error(`Nobody took ${event.id}.`);
  }
}
