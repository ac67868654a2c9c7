import { defineModule } from '#kernel/usecase/define-module.js';
import { ApiKey } from './api-key/api-key.resource.js';
import { RoleAssignment } from './role/role-assignment.resource.js';
import { Role } from './role/role.resource.js';
import { Session } from './session/session.resource.js';
import { Team } from './team/team.resource.js';
import { User } from './user/user.resource.js';

export const identity = defineModule({
  name: 'identity',
  description: 'Who works with the system, in which team, with which rights, and how they prove who they are.',
  resources: [User, Team, Role, RoleAssignment, Session, ApiKey],
});
