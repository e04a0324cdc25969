import { EtlError } from '@retail-etl/contracts';
import type { Client } from 'pg';

/** A table that is read, directly or through views, and the role that it is read as. */
interface HidingTable {
  /** Both as a statement names them. */
  readonly table: string;
  readonly role: string;
  readonly policies: readonly string[];
}

/**
 * The tables behind $1 of which policies hide rows, and from whom: a view reads as its owner, or, with security_invoker, as whoever reads it.
 * Superusers and roles with BYPASSRLS see all, and so do owners unless it is forced on them.
 */
const HIDING_TABLES = `
  WITH RECURSIVE read AS (
    SELECT to_regclass($1)::oid AS relation, oid AS role FROM pg_roles WHERE rolname = current_user
    UNION
    SELECT behind.refobjid, CASE WHEN (SELECT option_value::boolean FROM pg_options_to_table(view.reloptions) WHERE option_name = 'security_invoker')
                                 THEN read.role ELSE view.relowner END
      FROM read
      JOIN pg_class view ON view.oid = read.relation AND view.relkind = 'v'
      JOIN pg_rewrite rule ON rule.ev_class = view.oid
      JOIN pg_depend behind ON behind.classid = 'pg_rewrite'::regclass AND behind.objid = rule.oid AND behind.refclassid = 'pg_class'::regclass
  )
  SELECT DISTINCT quote_ident(nspname) || '.' || quote_ident(relname) AS table, quote_ident(rolname) AS role,
         ARRAY(SELECT polname::text FROM pg_policy WHERE polrelid = c.oid ORDER BY polname) AS policies
    FROM read JOIN pg_class c ON c.oid = relation JOIN pg_namespace n ON n.oid = relnamespace JOIN pg_roles r ON r.oid = role
   WHERE relrowsecurity AND NOT rolsuper AND NOT rolbypassrls AND (relforcerowsecurity OR NOT pg_has_role(r.oid, relowner, 'USAGE'))
   ORDER BY 1, 2`;

/** Throws ROW_SECURITY, naming tables, policies and roles, if a policy hides rows of the table or of one behind it from whom they are read as. */
export async function refuseHiddenRows(client: Client, table: string): Promise<void> {
  const { rows } = await client.query<HidingTable>(HIDING_TABLES, [table]);
  if (rows.length === 0) return;
  const whats = rows.map((each) => `rows of ${each.table} from role ${each.role} (${describePolicies(each.policies)})`);
  const statements = [...new Set(rows.map(({ role }) => `ALTER ROLE ${role} BYPASSRLS;`))];
  throw new EtlError(
    'ROW_SECURITY',
    `table ${table}: row-level security hides ${whats.join(', ')}. To show every row: ${statements.join(' ')}`,
  );
}

const describePolicies = (policies: readonly string[]): string =>
  policies.length === 0 ? 'there is no policy, so it shows none' : `policies: ${policies.join(', ')}`;
