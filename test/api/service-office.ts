import type { Actor } from '#kernel/access/actor.js';
import type { Row } from '#kernel/resource/define-resource.js';
import type { InputOf } from '#kernel/resource/fields.js';
import type { Kit, TestTenant } from '#kernel/testing/kit.js';
import { BusinessCalendar } from '#modules/service/calendar/business-calendar.resource.js';
import { setHours } from '#modules/service/calendar/set-hours.js';
import { Case } from '#modules/service/case/case.resource.js';
import { openCase } from '#modules/service/case/open-case.js';
import { publishServiceLevel } from '#modules/service/level/publish-service-level.js';
import { ServiceLevel } from '#modules/service/level/service-level.resource.js';
import { EscalationEffect } from '#modules/service/sla/escalation-effect.resource.js';
import { Escalation } from '#modules/service/sla/escalation.resource.js';
import { CaseTimer } from '#modules/service/sla/case-timer.resource.js';
import { Notification } from '#modules/service/notification/notification.resource.js';

type Publish = InputOf<typeof publishServiceLevel.input>;
const PRIORITIES = ['p1', 'p2', 'p3', 'p4', 'p5'] as const;
const WEEKDAYS = [1, 2, 3, 4, 5];

/** Monday, 4 May 2026, in Berlin: 09:00 is 07:00 UTC. */
export const monday = (time: string) => new Date(`2026-05-04T${time}:00+02:00`);
export const tuesday = (time: string) => new Date(`2026-05-05T${time}:00+02:00`);

/** First response in 1, 2, 4, 8, 16 hours, resolution in four times that. */
export const usualTargets: Publish['targets'] = PRIORITIES.flatMap((priority, i) => [
  { metric: 'first_response' as const, priority, minutes: 60 * 2 ** i },
  { metric: 'resolution' as const, priority, minutes: 240 * 2 ** i },
]);

/** A service desk open Monday to Friday from nine to five in Berlin, with an agreement in force. */
export class Office {
  calendarId = '';
  serviceLevelId = '';

  constructor(
    readonly kit: Kit,
    readonly tenant: TestTenant,
    readonly agent: { id: string; actor: Actor },
  ) {}

  static async open(kit: Kit, publish: Partial<Publish> = {}): Promise<Office> {
    kit.clock.set(monday('08:00'));
    const tenant = await kit.tenant();
    const office = new Office(kit, tenant, await tenant.user({ permissions: { '*': 'all' }, name: 'Agent' }));
    await office.agree(publish);
    kit.clock.set(monday('09:00'));
    return office;
  }

  private async agree(publish: Partial<Publish>): Promise<void> {
    const { tenant } = this;
    const calendar = await tenant.work((work) => work.repo(BusinessCalendar).create({ name: 'Berlin', zone: 'Europe/Berlin' }));
    this.calendarId = calendar.id;
    await tenant.run(setHours, {
      businessCalendarId: calendar.id,
      hours: WEEKDAYS.map((weekday) => ({ weekday, start: '09:00', end: '17:00' })),
    });
    const level = await tenant.work((work) => work.repo(ServiceLevel).create({ name: 'Standard', calendarId: calendar.id }));
    this.serviceLevelId = level.id;
    await this.publish(publish);
  }

  publish(publish: Partial<Publish>) {
    return this.tenant.run(publishServiceLevel, { serviceLevelId: this.serviceLevelId, targets: usualTargets, ...publish });
  }

  /** A case of the agent, p3 unless told otherwise: first response in 4 hours, resolution in 16. */
  async newCase(more: Partial<InputOf<typeof openCase.input>> = {}): Promise<string> {
    const { caseId } = await this.tenant.run(openCase, { subject: 'The pump leaks', ownerId: this.agent.id, ...more });
    return caseId;
  }

  case(id: string): Promise<Row<typeof Case>> {
    return this.tenant.work((work) => work.repo(Case).get(id));
  }

  async timer(caseId: string, metric: 'first_response' | 'resolution'): Promise<Row<typeof CaseTimer>> {
    const [timer] = await this.tenant.work((work) => work.repo(CaseTimer).list({ caseId, metric }, { orderBy: ['-cycleNo'] }));
    if (!timer) throw new Error(`no ${metric} clock`);
    return timer;
  }

  escalations(caseId: string): Promise<Row<typeof Escalation>[]> {
    return this.tenant.work((work) => work.repo(Escalation).list({ caseId }, { orderBy: ['level', 'cycleKey'] }));
  }
  effects(caseId: string): Promise<Row<typeof EscalationEffect>[]> {
    return this.tenant.work((work) => work.repo(EscalationEffect).list({ caseId }, { orderBy: ['actionNo'] }));
  }
  notices(caseId: string): Promise<Row<typeof Notification>[]> {
    return this.tenant.work((work) => work.repo(Notification).list({ caseId }));
  }
  /** Names of the module's own events told so far, oldest first. */
  async events(): Promise<string[]> {
    const rows = await this.kit.asOwner(
      `select type from kernel.outbox where type like 'service.%' order by occurred_at, id`,
      [],
      this.tenant.id,
    );
    return rows.map((row) => String(row['type'])).filter((type) => !/_(created|updated|deleted)$/.test(type));
  }

  /** Lets time pass as workers would see it: what falls due on the way is done when it falls due. */
  async until(at: Date): Promise<void> {
    this.kit.clock.set(at);
    await this.kit.drain();
  }
}
