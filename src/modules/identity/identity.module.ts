import { defineModule } from '#kernel/usecase/define-module.js';
import { canAccess } from './access/can-access.js';
import { explainAccess } from './access/explain-access.js';
import { simulateRole } from './access/simulate-role.js';
import { ApiKey } from './api-key/api-key.resource.js';
import { createApiKey } from './api-key/create-api-key.js';
import { revokeApiKey } from './api-key/revoke-api-key.js';
import { identityBoxRules } from './box-rules.js';
import { defaultRoles } from './default-roles.js';
import { RecordShared, RecordUnshared, UserDeactivated } from './events.js';
import { GraphqlClient } from './graphql-client/graphql-client.resource.js';
import { TrustedDocument } from './graphql-client/trusted-document.resource.js';
import { uploadDocuments } from './graphql-client/upload-documents.js';
import { forgetOldSessions } from './jobs/forget-old-sessions.job.js';
import { tidyShares } from './jobs/tidy-shares.job.js';
import { me } from './queries/me.js';
import { beginDelegation } from './reporting/begin-delegation.js';
import { beginReportingLine } from './reporting/begin-reporting-line.js';
import { Delegation } from './reporting/delegation.resource.js';
import { endDelegation } from './reporting/end-delegation.js';
import { endReportingLine } from './reporting/end-reporting-line.js';
import { ReportingLine } from './reporting/reporting-line.resource.js';
import { assignRole } from './role/assign-role.js';
import { createRole } from './role/create-role.js';
import { deleteRole } from './role/delete-role.js';
import { RoleAssignment } from './role/role-assignment.resource.js';
import { Role } from './role/role.resource.js';
import { unassignRole } from './role/unassign-role.js';
import { updateRole } from './role/update-role.js';
import { defineSeparationRule } from './separation/define-separation-rule.js';
import { SeparationRule } from './separation/separation-rule.resource.js';
import { revokeSession } from './session/revoke-session.js';
import { Session } from './session/session.resource.js';
import { actorNow } from './session/standing.js';
import { listShares } from './share/list-shares.js';
import { shareRecord } from './share/share-record.js';
import { unshareRecord } from './share/unshare-record.js';
import { setFiscalCalendar } from './tenant/set-fiscal-calendar.js';
import { showFiscalYear } from './tenant/show-fiscal-year.js';
import { createTeam } from './team/create-team.js';
import { moveTeam } from './team/move-team.js';
import { Team } from './team/team.resource.js';
import { assignTerritory } from './territory/assign-territory.js';
import { createTerritory } from './territory/create-territory.js';
import { moveTerritory } from './territory/move-territory.js';
import { TerritoryAssignment } from './territory/territory-assignment.resource.js';
import { Territory } from './territory/territory.resource.js';
import { unassignTerritory } from './territory/unassign-territory.js';
import { activateUser } from './user/activate-user.js';
import { createUser } from './user/create-user.js';
import { deactivateUser } from './user/deactivate-user.js';
import { moveUser } from './user/move-user.js';
import { setUserPassword } from './user/set-user-password.js';
import { User } from './user/user.resource.js';

export const identity = defineModule({
  name: 'identity',
  description: 'Who works with the system, in which team, with which rights, and how they prove who they are.',
  boxRules: identityBoxRules,
  resources: [
    User,
    Team,
    Territory,
    TerritoryAssignment,
    ReportingLine,
    Delegation,
    Role,
    RoleAssignment,
    SeparationRule,
    Session,
    ApiKey,
    GraphqlClient,
    TrustedDocument,
  ],
  commands: [
    createUser,
    deactivateUser,
    activateUser,
    moveUser,
    setUserPassword,
    createTeam,
    moveTeam,
    createTerritory,
    moveTerritory,
    assignTerritory,
    unassignTerritory,
    beginReportingLine,
    endReportingLine,
    beginDelegation,
    endDelegation,
    createRole,
    updateRole,
    deleteRole,
    assignRole,
    unassignRole,
    defineSeparationRule,
    shareRecord,
    unshareRecord,
    revokeSession,
    createApiKey,
    revokeApiKey,
    uploadDocuments,
    setFiscalCalendar,
  ],
  queries: [me, canAccess, explainAccess, simulateRole, listShares, showFiscalYear],
  events: [UserDeactivated, RecordShared, RecordUnshared],
  jobs: [forgetOldSessions, tidyShares],
  roles: defaultRoles,
  standing: actorNow,
});
