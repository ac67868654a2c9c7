import { defineModule } from '#kernel/usecase/define-module.js';
import { ApiKey } from './api-key/api-key.resource.js';
import { createApiKey } from './api-key/create-api-key.js';
import { revokeApiKey } from './api-key/revoke-api-key.js';
import { defaultRoles } from './default-roles.js';
import { UserDeactivated } from './events.js';
import { GraphqlClient } from './graphql-client/graphql-client.resource.js';
import { TrustedDocument } from './graphql-client/trusted-document.resource.js';
import { uploadDocuments } from './graphql-client/upload-documents.js';
import { forgetOldSessions } from './jobs/forget-old-sessions.job.js';
import { me } from './queries/me.js';
import { assignRole } from './role/assign-role.js';
import { createRole } from './role/create-role.js';
import { deleteRole } from './role/delete-role.js';
import { RoleAssignment } from './role/role-assignment.resource.js';
import { Role } from './role/role.resource.js';
import { unassignRole } from './role/unassign-role.js';
import { updateRole } from './role/update-role.js';
import { revokeSession } from './session/revoke-session.js';
import { Session } from './session/session.resource.js';
import { actorNow } from './session/standing.js';
import { createTeam } from './team/create-team.js';
import { moveTeam } from './team/move-team.js';
import { Team } from './team/team.resource.js';
import { activateUser } from './user/activate-user.js';
import { createUser } from './user/create-user.js';
import { deactivateUser } from './user/deactivate-user.js';
import { moveUser } from './user/move-user.js';
import { setUserPassword } from './user/set-user-password.js';
import { User } from './user/user.resource.js';

export const identity = defineModule({
  name: 'identity',
  description: 'Who works with the system, in which team, with which rights, and how they prove who they are.',
  resources: [User, Team, Role, RoleAssignment, Session, ApiKey, GraphqlClient, TrustedDocument],
  commands: [
    createUser,
    deactivateUser,
    activateUser,
    moveUser,
    setUserPassword,
    createTeam,
    moveTeam,
    createRole,
    updateRole,
    deleteRole,
    assignRole,
    unassignRole,
    revokeSession,
    createApiKey,
    revokeApiKey,
    uploadDocuments,
  ],
  queries: [me],
  events: [UserDeactivated],
  jobs: [forgetOldSessions],
  roles: defaultRoles,
  standing: actorNow,
});
