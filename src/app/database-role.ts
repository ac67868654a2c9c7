import type { Database } from '#kernel/db/data-source.js';
import { OperatorError } from './postgres/failure.js';

interface RoleFacts {
  readonly name: string;
  readonly superuser: boolean;
  readonly bypass: boolean;
  readonly owner: boolean;
}

/**
 * Refuses to serve requests as a role that the walls between companies do not hold: a superuser or one with BYPASSRLS sees all
 * rows, and an owner of the tables could take the walls down.
 */
export async function assertAppRole(database: Database): Promise<void> {
  const { rows } = await database.pool.query<RoleFacts>(
    `select r.rolname as name, r.rolsuper as superuser, r.rolbypassrls as bypass,
            exists (select from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
                    where n.nspname = 'kernel' and c.relkind in ('r', 'p') and pg_catalog.pg_has_role(r.oid, c.relowner, 'usage')) as owner
     from pg_catalog.pg_roles r where r.rolname = current_user`,
  );
  const role = rows[0];
  const fault = role && faultOf(role);
  if (fault) {
    throw new OperatorError(
      `The database role "${role.name}" of DATABASE_URL ${fault}, so the walls between companies would not hold. Use a role of its own without these powers; "npm run kontor -- prepare-database" makes one.`,
    );
  }
}

function faultOf({ superuser, bypass, owner }: RoleFacts): string | null {
  if (superuser) return 'is a superuser';
  if (bypass) return 'may bypass row-level security';
  return owner ? 'owns the tables' : null;
}
