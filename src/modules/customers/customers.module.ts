import { defineModule } from '#kernel/usecase/define-module.js';
import { Account } from './account/account.resource.js';
import { Activity } from './activity/activity.resource.js';
import { completeActivity } from './activity/complete-activity.js';
import { movePlans } from './activity/move-plans.js';
import { keepPlans } from './activity/keep-plans.job.js';
import { ConsentEntry } from './consent/consent-entry.resource.js';
import { Consent } from './consent/consent.resource.js';
import { grantConsent } from './consent/grant-consent.js';
import { withdrawConsent } from './consent/withdraw-consent.js';
import { Contact } from './contact/contact.resource.js';
import { ActivityCompleted, ConsentGranted, ConsentWithdrawn } from './events.js';
import { customerRoles } from './roles.js';

export const customers = defineModule({
  name: 'customers',
  description: 'Who we do business with, what we do with them, and what they allow.',
  resources: [Account, Contact, Activity, Consent, ConsentEntry],
  commands: [completeActivity, movePlans, grantConsent, withdrawConsent],
  events: [ActivityCompleted, ConsentGranted, ConsentWithdrawn],
  jobs: [keepPlans],
  roles: customerRoles,
});
