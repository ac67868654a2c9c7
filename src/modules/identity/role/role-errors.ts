/** Codes that several verbs about rights may answer with. */
export const escalation = { 'access.escalation': 'Deals with rights that reach further than your own.' };
export const lastAdmin = { 'user.last_admin': 'Nobody with all rights would remain.' };
export const permissionsUnfit = { 'role.permissions_unfit': 'An entry names no right of this installation, or no reach.' };
export const fieldRulesUnfit = { 'role.field_rules_unfit': 'A rule names no field, or one that cannot be withheld in this way.' };
