import { defineModule } from '#kernel/usecase/define-module.js';
import { ingestEvent, ingestEvents } from './event/ingest-event.js';
import { TrackedEvent } from './event/tracked-event.resource.js';
import {
  ContactUnsubscribed,
  EnrolmentEnded,
  JourneyPublished,
  MessageBecameUnknown,
  MessageSent,
  SegmentBuilt,
  SegmentEntered,
  SegmentLeft,
} from './events.js';
import { UnsubscribeController } from './http/unsubscribe.controller.js';
import { advanceEnrolment } from './journey/advance-enrolment.job.js';
import { archiveJourney } from './journey/archive-journey.js';
import { createJourney } from './journey/create-journey.js';
import { emptyJourney } from './journey/empty-journey.job.js';
import { Enrolment } from './journey/enrolment.resource.js';
import { JourneyVersion } from './journey/journey-version.resource.js';
import { Journey } from './journey/journey.resource.js';
import { pauseJourney } from './journey/pause-journey.js';
import { publishJourney } from './journey/publish-journey.js';
import { redraftJourney } from './journey/redraft-journey.js';
import { releaseHeld } from './journey/release-held.job.js';
import { resumeJourney } from './journey/resume-journey.js';
import { OutboundMessage } from './message/outbound-message.resource.js';
import { resolveMessage } from './message/resolve-message.js';
import { sendMessage } from './message/send-message.effect.js';
import { marketingRoles } from './roles.js';
import { archiveSegment } from './segment/archive-segment.js';
import { createSegment } from './segment/create-segment.js';
import { evaluateSegment, evaluateTimedSegments } from './segment/evaluate-segment.job.js';
import { previewSegment } from './segment/preview-segment.js';
import { rebuildQuietly } from './segment/rebuild-quietly.js';
import { redefineSegment } from './segment/redefine-segment.js';
import { SegmentMember } from './segment/segment-member.resource.js';
import { Segment } from './segment/segment.resource.js';
import { onConsentWithdrawn } from './subscribers/on-consent-withdrawn.js';
import { onEventTold } from './subscribers/on-event-told.js';
import { onAccountChanged, onContactChanged, onContactMoved } from './subscribers/on-person-changed.js';
import { onSegmentEntered } from './subscribers/on-segment-entered.js';
import { liftSuppression } from './suppression/lift-suppression.js';
import { suppressAddress } from './suppression/suppress-address.js';
import { Suppression } from './suppression/suppression.resource.js';
import { EmailTemplate } from './template/email-template.resource.js';

export const marketing = defineModule({
  name: 'marketing',
  description: 'What people do, which groups they belong to by it, and the e-mails that follow from it.',
  switchable: { label: 'Marketing', resumed: rebuildQuietly },
  resources: [TrackedEvent, Segment, SegmentMember, EmailTemplate, Journey, JourneyVersion, Enrolment, OutboundMessage, Suppression],
  commands: [
    ingestEvent,
    ingestEvents,
    createSegment,
    redefineSegment,
    archiveSegment,
    createJourney,
    redraftJourney,
    publishJourney,
    pauseJourney,
    resumeJourney,
    archiveJourney,
    resolveMessage,
    suppressAddress,
    liftSuppression,
  ],
  queries: [previewSegment],
  events: [
    SegmentEntered,
    SegmentLeft,
    SegmentBuilt,
    JourneyPublished,
    EnrolmentEnded,
    MessageSent,
    MessageBecameUnknown,
    ContactUnsubscribed,
  ],
  subscribers: [onEventTold, onSegmentEntered, onConsentWithdrawn, onContactChanged, onAccountChanged, onContactMoved],
  jobs: [evaluateSegment, evaluateTimedSegments, advanceEnrolment, releaseHeld, emptyJourney],
  effects: [sendMessage],
  roles: marketingRoles,
  controllers: [UnsubscribeController],
});
