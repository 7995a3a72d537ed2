import { sql } from "drizzle-orm";
import type { Db } from "#src/db/client.ts";
import { rowsOf } from "#src/db/rows.ts";

/** The channel on which all instances are told what has changed. */
export const changesChannel = "switchyard_changes";

/** What is no longer as it was: a server (itself, its tests, or who is connected to it), or what a member may do. */
export type Change = { workspaceId: string } & ({ serverId: number } | { memberId: number });

/** Within a transaction it is sent with the commit, or not at all. */
export async function announce(db: Db, change: Change): Promise<void> {
  const what = "serverId" in change ? change.serverId : `member/${change.memberId}`;
  await db.execute(sql`select pg_notify(${changesChannel}, ${`${change.workspaceId}/${what}`})`);
}

/** @returns null for what `announce` did not write */
export function readChange(payload: string): Change | null {
  const [, workspaceId, member, id] = /^([^/]+)\/(member\/)?([0-9]{1,10})$/.exec(payload) ?? [];
  if (workspaceId === undefined) return null;
  return member ? { workspaceId, memberId: Number(id) } : { workspaceId, serverId: Number(id) };
}

/**
 * Where a workspace's servers stand: `mark` is a short text that is another one after each change, and tells nothing
 * but that; `newestId` is the last server that was added.
 */
export async function standing(db: Db, workspaceId: string): Promise<{ mark: string; newestId: number }> {
  const [row] = await rowsOf<{ mark: string; newestId: number }>(
    db,
    sql`select md5(concat_ws('/',
      (select concat_ws('.', count(*), sum(version), max(updated_at), count(other_issuer))
        from servers where workspace_id = ${workspaceId}),
      (select concat_ws('.', count(*), sum(version), max(connected_at),
          count(*) filter (where status = 'expired'), count(*) filter (where wanted_scopes <> '{}'))
        from credentials where workspace_id = ${workspaceId}),
      (select max(id) from server_tests where workspace_id = ${workspaceId}))) as mark,
      coalesce((select max(id) from servers where workspace_id = ${workspaceId}), 0) as "newestId"`,
  );
  return row ?? { mark: "", newestId: 0 };
}
