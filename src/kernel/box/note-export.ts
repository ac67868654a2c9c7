import { noteAudit } from '../audit/note-audit.js';
import type { OpenWork } from '../db/open-work.js';

/** The audit says who took the whole company away. */
export const noteExport = (work: OpenWork, { withSecrets }: { readonly withSecrets: boolean }): Promise<void> =>
  noteAudit(work, {
    resource: 'tenant',
    recordId: work.tenantId,
    action: 'exported',
    class: 'export',
    changes: { withSecrets: [null, withSecrets] },
  });
