import * as rows from "#src/db/credentials.ts";
import { type Grant, readGrant, writeGrant } from "#src/credentials/oauth.ts";
import type { Tokens } from "#src/oauth/exchange.ts";
import type { Deps } from "#src/services/context.ts";
import { sealedFor } from "#src/services/credential-seal.ts";
import type { Server } from "#src/services/servers/find.ts";

/** A member's grant as it is stored: what a call needs, and what was granted. */
export type StoredGrant = { grant: Grant; sealed: string; row: rows.CredentialRow };

/** Reads it anew from the database. @returns null where the member holds none that could still work */
export async function findGrant(
  deps: Pick<Deps, "db" | "keyring">,
  server: Server,
  memberId: number,
): Promise<StoredGrant | null> {
  const row = await rows.find(deps.db, keyOf(server, memberId));
  if (row?.kind !== "oauth" || row.status !== "connected" || row.sealed === null) return null;
  return { grant: openGrant(deps, server, row, row.sealed), sealed: row.sealed, row };
}

export const openGrant = (
  { keyring }: Pick<Deps, "keyring">,
  server: Server,
  { memberId }: { memberId: number },
  sealed: string,
): Grant => readGrant(keyring.open(sealed, sealedFor(server, memberId)));

export const sealGrant = ({ keyring }: Pick<Deps, "keyring">, server: Server, memberId: number, grant: Grant): string =>
  keyring.seal(writeGrant(grant), sealedFor(server, memberId));

export const keyOf = (server: Server, memberId: number) => ({
  workspaceId: server.workspaceId,
  serverId: server.id,
  memberId,
});

/** The columns that new tokens fill. */
export const columnsOf = (tokens: Tokens): Pick<rows.CredentialRow, "scopes" | "expiresAt" | "refreshAt"> => ({
  scopes: tokens.scopes,
  expiresAt: tokens.expiresAt,
  refreshAt: tokens.refreshToken && tokens.expiresAt ? aheadOf(tokens.expiresAt) : null,
});

/**
 * A fifth of its life before a token ends, at most ten minutes, moved by up to half of that: members who connected in the
 * same minute do not all come back in the same second.
 */
function aheadOf(expiresAt: Date): Date {
  const lifeMs = expiresAt.getTime() - Date.now();
  const marginMs = Math.min(lifeMs / 5, 600_000);
  return new Date(expiresAt.getTime() - marginMs * (0.5 + Math.random() / 2));
}
