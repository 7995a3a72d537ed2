import { sql } from "drizzle-orm";
import type { Db } from "#src/db/client.ts";
import { rowsOf } from "#src/db/rows.ts";

/** The channel on which all instances are told what has changed. */
export const changesChannel = "switchyard_changes";

/** Something about a server is no longer as it was: itself, its tests, or who is connected to it. */
export type Change = { workspaceId: string; serverId: number };

/** Within a transaction it is sent with the commit, or not at all. */
export async function announce(db: Db, { workspaceId, serverId }: Change): Promise<void> {
  await db.execute(sql`select pg_notify(${changesChannel}, ${`${workspaceId}/${serverId}`})`);
}

/** @returns null for what `announce` did not write */
export function readChange(payload: string): Change | null {
  const [workspaceId = "", id = ""] = payload.split("/");
  return /^[0-9]{1,10}$/.test(id) ? { workspaceId, serverId: Number(id) } : null;
}

/** A short text that is another one after each change to a workspace's servers. It tells nothing but that. */
export async function mark(db: Db, workspaceId: string): Promise<string> {
  const [row] = await rowsOf<{ mark: string }>(
    db,
    sql`select md5(concat_ws('/',
      (select concat_ws('.', count(*), sum(version), max(updated_at), count(other_issuer))
        from servers where workspace_id = ${workspaceId}),
      (select concat_ws('.', count(*), sum(version), max(connected_at),
          count(*) filter (where status = 'expired'), count(*) filter (where wanted_scopes <> '{}'))
        from credentials where workspace_id = ${workspaceId}),
      (select max(id) from server_tests where workspace_id = ${workspaceId}))) as mark`,
  );
  return row?.mark ?? "";
}
