import { and, eq, sql } from "drizzle-orm";
import type { Db } from "#src/db/client.ts";
import { rowsOf } from "#src/db/rows.ts";
import { credentials, oauthClients, oauthFlows } from "#src/db/schema.ts";

export type OAuthClientRow = typeof oauthClients.$inferSelect;

type AtIssuer = { workspaceId: string; serverId: number; issuer: string };

const at = ({ workspaceId, serverId, issuer }: AtIssuer) =>
  and(
    eq(oauthClients.workspaceId, workspaceId),
    eq(oauthClients.serverId, serverId),
    eq(oauthClients.issuer, issuer),
  );

export async function find(
  db: Db,
  key: AtIssuer & { redirectUri: string },
): Promise<OAuthClientRow | undefined> {
  const [row] = await db
    .select()
    .from(oauthClients)
    .where(and(at(key), eq(oauthClients.redirectUri, key.redirectUri)));
  return row;
}

export async function findById(
  db: Db,
  key: AtIssuer & { clientId: string },
): Promise<OAuthClientRow | undefined> {
  const [row] = await db
    .select()
    .from(oauthClients)
    .where(and(at(key), eq(oauthClients.clientId, key.clientId)));
  return row;
}

/** @returns the row that is there now: this one, or the one that was first (unless its secret has run out) */
export async function putIfAbsent(db: Db, row: Omit<OAuthClientRow, "createdAt">): Promise<OAuthClientRow> {
  const { clientId, clientSecret, tokenEndpointAuthMethod, secretExpiresAt } = row;
  const [kept] = await db
    .insert(oauthClients)
    .values(row)
    .onConflictDoUpdate({
      target: [
        oauthClients.workspaceId,
        oauthClients.serverId,
        oauthClients.issuer,
        oauthClients.redirectUri,
      ],
      set: { clientId, clientSecret, tokenEndpointAuthMethod, secretExpiresAt, createdAt: sql`now()` },
      setWhere: sql`${oauthClients.secretExpiresAt} <= now()`,
    })
    .returning();
  return kept ?? ((await find(db, row)) as OAuthClientRow);
}

/** Forgets that one; one that was registered in its place stays. */
export async function remove(db: Db, key: AtIssuer & { clientId: string }): Promise<void> {
  await db.delete(oauthClients).where(and(at(key), eq(oauthClients.clientId, key.clientId)));
}

/** Whether anything of OAuth is kept for a server beside its own row: a client, a flow, or what a member was granted. */
export async function hasRemains(db: Db, workspaceId: string, serverId: number): Promise<boolean> {
  const [row] = await rowsOf<{ found: boolean }>(
    db,
    sql`select exists (select 1 from ${oauthClients} where workspace_id = ${workspaceId} and server_id = ${serverId})
      or exists (select 1 from ${oauthFlows} where workspace_id = ${workspaceId} and server_id = ${serverId})
      or exists (select 1 from ${credentials}
        where workspace_id = ${workspaceId} and server_id = ${serverId} and kind = 'oauth') as found`,
  );
  return row?.found ?? false;
}

export async function removeOfServer(db: Db, workspaceId: string, serverId: number): Promise<void> {
  await db
    .delete(oauthClients)
    .where(and(eq(oauthClients.workspaceId, workspaceId), eq(oauthClients.serverId, serverId)));
}
