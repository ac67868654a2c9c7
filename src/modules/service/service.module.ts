import { defineModule } from '#kernel/usecase/define-module.js';
import { assignCalendar } from './calendar/assign-calendar.js';
import { BusinessCalendar } from './calendar/business-calendar.resource.js';
import { BusinessInterval } from './calendar/business-interval.resource.js';
import { calculate } from './calendar/calculate.js';
import { CalendarAssignment } from './calendar/calendar-assignment.resource.js';
import { addHolidays } from './calendar/add-holidays.js';
import { CalendarException } from './calendar/calendar-exception.resource.js';
import { lookUpCalendar } from './calendar/look-up-calendar.js';
import { measureTime } from './calendar/measure-time.js';
import { nextSlot } from './calendar/next-slot.js';
import { removeException } from './calendar/remove-exception.js';
import { setException } from './calendar/set-exception.js';
import { setHours } from './calendar/set-hours.js';
import { assignCase } from './case/assign-case.js';
import { cancelCase } from './case/cancel-case.js';
import { CaseMessage } from './case/case-message.resource.js';
import { CaseSegment } from './case/case-segment.resource.js';
import { Case } from './case/case.resource.js';
import { changePriority } from './case/change-priority.js';
import { classifyCase } from './case/classify-case.js';
import { closeCase } from './case/close-case.js';
import { noteCase } from './case/note-case.js';
import { openCase } from './case/open-case.js';
import { receiveMessage } from './case/receive-message.js';
import { reopenCase } from './case/reopen-case.js';
import { replyCase } from './case/reply-case.js';
import { resolveCase } from './case/resolve-case.js';
import { resumeCase } from './case/resume-case.js';
import { setWaiting } from './case/set-waiting.js';
import {
  CalendarChanged,
  CaseAssigned,
  CaseEscalated,
  CaseFirstResponded,
  CaseMessageReceived,
  CaseMoved,
  CaseOpened,
  CasePriorityChanged,
  CaseReopened,
  CaseResolved,
  ServiceLevelDeactivated,
  ServiceLevelPublished,
  SlaBreached,
} from './events.js';
import { endWaiting } from './jobs/end-waiting.job.js';
import { escalate } from './jobs/escalate.job.js';
import { recountCases } from './jobs/recount-cases.job.js';
import { deactivateServiceLevel } from './level/deactivate-service-level.js';
import { EscalationStep } from './level/escalation-step.resource.js';
import { publishServiceLevel } from './level/publish-service-level.js';
import { ServiceLevelTarget } from './level/service-level-target.resource.js';
import { ServiceLevelVersion } from './level/service-level-version.resource.js';
import { ServiceLevel } from './level/service-level.resource.js';
import { markRead } from './notification/mark-read.js';
import { Notification } from './notification/notification.resource.js';
import { serviceRoles } from './roles.js';
import { EscalationEffect } from './sla/escalation-effect.resource.js';
import { Escalation } from './sla/escalation.resource.js';
import { explainTimer } from './sla/explain-timer.js';
import { SlaEvent } from './sla/sla-event.resource.js';
import { CaseTimer } from './sla/case-timer.resource.js';
import { onCalendarZoneChanged } from './subscribers/on-calendar-zone-changed.js';

export const service = defineModule({
  name: 'service',
  description: 'What customers want settled, how fast we promised it, and what happens when we are late.',
  switchable: { label: 'Service' },
  resources: [
    BusinessCalendar,
    BusinessInterval,
    CalendarException,
    CalendarAssignment,
    ServiceLevel,
    ServiceLevelVersion,
    ServiceLevelTarget,
    EscalationStep,
    Case,
    CaseMessage,
    CaseSegment,
    CaseTimer,
    SlaEvent,
    Escalation,
    EscalationEffect,
    Notification,
  ],
  commands: [
    setHours,
    setException,
    addHolidays,
    removeException,
    assignCalendar,
    publishServiceLevel,
    deactivateServiceLevel,
    openCase,
    replyCase,
    noteCase,
    receiveMessage,
    setWaiting,
    resumeCase,
    resolveCase,
    closeCase,
    cancelCase,
    reopenCase,
    assignCase,
    changePriority,
    classifyCase,
    markRead,
  ],
  queries: [calculate, nextSlot, measureTime, lookUpCalendar, explainTimer],
  events: [
    CaseOpened,
    CaseMoved,
    CaseFirstResponded,
    CaseMessageReceived,
    CaseResolved,
    CaseReopened,
    CaseAssigned,
    CasePriorityChanged,
    CaseEscalated,
    SlaBreached,
    CalendarChanged,
    ServiceLevelPublished,
    ServiceLevelDeactivated,
  ],
  subscribers: [onCalendarZoneChanged],
  jobs: [escalate, endWaiting, recountCases],
  roles: serviceRoles,
});
