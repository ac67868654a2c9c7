import { defineModule } from '../usecase/define-module.js';
import { anchorChain } from './anchor-chain.job.js';
import { auditAnchored } from './anchored.event.js';
import { erasePerson } from './erase-person.js';
import { exportAudit } from './export-audit.js';
import { fieldHistory } from './field-history.js';
import { keepAudit } from './keep-audit.job.js';
import { LegalHold } from './legal-hold.resource.js';
import { liftHold } from './lift-hold.js';
import { placeHold } from './place-hold.js';
import { recordAsOf } from './record-as-of.js';
import { restoreFields } from './restore-fields.js';
import { AuditRetention } from './retention.resource.js';
import { searchAudit } from './search-audit.js';
import { verifyAudit } from './verify-audit.js';

/** Who did what, when and why, and that it is still as it was written. */
export const audit = defineModule({
  name: 'audit',
  description: 'Who did what, when and why: to search, to look back with, and to prove that nothing of it was changed.',
  resources: [AuditRetention, LegalHold],
  queries: [searchAudit, recordAsOf, fieldHistory, verifyAudit],
  commands: [restoreFields, exportAudit, erasePerson, placeHold, liftHold],
  events: [auditAnchored],
  jobs: [keepAudit, anchorChain],
});
