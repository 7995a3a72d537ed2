import { sql } from "drizzle-orm";
import { rowsOf } from "#src/db/rows.ts";
import type { Deps } from "#src/services/context.ts";

/** When somebody was last seen is written by looking. */
const touched = ["last_used_at", "last_seen_at"];

/** Every row of every table, as JSON text; bytes as hex. What it does not hold is not stored. */
export async function dumpOf({ db }: Pick<Deps, "db">): Promise<Record<string, string[]>> {
  const tables = await rowsOf<{ name: string }>(
    db,
    sql`select table_name as name from information_schema.tables where table_schema = 'public' order by 1`,
  );
  const dump: Record<string, string[]> = {};
  for (const { name } of tables) {
    const rows = await rowsOf<{ row: string }>(
      db,
      sql`select (to_jsonb(one) - ${sql.param(touched)}::text[])::text as row from ${sql.identifier(name)} one order by 1`,
    );
    dump[name] = rows.map(({ row }) => row);
  }
  return dump;
}
