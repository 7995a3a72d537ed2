import * as rows from "#src/db/credentials.ts";
import type { GrantEnd } from "#src/db/schema.ts";
import { type Grant, readGrant, writeGrant } from "#src/credentials/oauth.ts";
import { KeyringError } from "#src/lib/keyring.ts";
import type { Tokens } from "#src/oauth/exchange.ts";
import type { Deps } from "#src/services/context.ts";
import { sealedFor } from "#src/services/credential-seal.ts";
import type { UsedClient } from "#src/services/oauth/clients.ts";
import type { Server } from "#src/services/servers/find.ts";

const shortLifeMs = 60_000;

/** A member's grant as it is stored: what a call needs, and what was granted. */
export type StoredGrant = { grant: Grant; sealed: string; row: rows.CredentialRow };

/**
 * The member has to authorize anew: there is no grant, or the authorization server ended it. Thrown inside a live
 * connection, where nobody knows the request; services make `member_auth_required` of it.
 */
export class GrantEnded extends Error {
  override name = "GrantEnded";
  /** Null where nothing is known of it. */
  readonly reason: GrantEnd | null;

  constructor(
    message: string,
    { reason = null, ...options }: ErrorOptions & { reason?: GrantEnd | null } = {},
  ) {
    super(message, options);
    this.reason = reason;
  }
}

/** Reads it anew from the database. @throws {GrantEnded} where the member holds none that could still work */
export async function findGrant(
  deps: Pick<Deps, "db" | "keyring">,
  server: Server,
  memberId: number,
): Promise<StoredGrant> {
  const row = await rows.find(deps.db, keyOf(server, memberId));
  if (!row || !holdsGrant(row) || row.status !== "connected")
    throw new GrantEnded("There is no grant any more.", { reason: row?.endedBecause ?? null });
  return { grant: openGrant(deps, server, row), sealed: row.sealed, row };
}

/** A row with something in it that can be opened. */
export type Holding = rows.CredentialRow & { sealed: string };

export const holdsGrant = (credential: rows.CredentialRow): credential is Holding =>
  credential.kind === "oauth" && credential.sealed !== null;

/** @throws {GrantEnded} where the key that it was sealed with is gone */
export function openGrant(
  { keyring }: Pick<Deps, "keyring">,
  server: Server,
  { memberId, sealed }: Pick<Holding, "memberId" | "sealed">,
): Grant {
  try {
    return readGrant(keyring.open(sealed, sealedFor(server, memberId)));
  } catch (cause) {
    if (cause instanceof KeyringError) throw new GrantEnded("The grant does not open any more.", { cause });
    throw cause;
  }
}

export const sealGrant = (
  { keyring }: Pick<Deps, "keyring">,
  server: Server,
  memberId: number,
  grant: Grant,
): string => keyring.seal(writeGrant(grant), sealedFor(server, memberId));

/** The client that it was given to. */
export const usedClient = ({ grant, row }: Pick<StoredGrant, "grant" | "row">): UsedClient => ({
  issuer: row.issuer ?? "",
  clientId: row.clientId ?? "",
  tokenEndpointAuthMethod: grant.tokenEndpointAuthMethod,
});

export const keyOf = (server: Server, memberId: number) => ({
  workspaceId: server.workspaceId,
  serverId: server.id,
  memberId,
});

/**
 * The columns that new tokens fill. Tokens that live for less than a minute are refreshed when somebody needs them: in the
 * background they would be over again before anybody did. What cannot be refreshed is looked at again when it ends, to be
 * called expired.
 */
export function columnsOf({
  scopes,
  expiresAt,
  refreshToken,
}: Tokens): Pick<rows.CredentialRow, "scopes" | "expiresAt" | "refreshAt"> {
  if (expiresAt === null || refreshToken === null) return { scopes, expiresAt, refreshAt: expiresAt };
  const lifeMs = expiresAt.getTime() - Date.now();
  return { scopes, expiresAt, refreshAt: lifeMs < shortLifeMs ? null : aheadOf(expiresAt, lifeMs) };
}

/** What came from a token endpoint, with what does not change by that. */
export const grantOf = (
  tokens: Tokens,
  lasting: Pick<Grant, "tokenEndpoint" | "revocationEndpoint" | "tokenEndpointAuthMethod" | "resource">,
): Grant => ({
  ...lasting,
  accessToken: tokens.accessToken.reveal(),
  refreshToken: tokens.refreshToken?.reveal() ?? null,
  obtainedAt: Date.now(),
});

/**
 * A fifth of its life before a token ends, at most ten minutes, moved by up to half of that: members who connected in the
 * same minute do not all come back in the same second.
 */
function aheadOf(expiresAt: Date, lifeMs: number): Date {
  const marginMs = Math.min(lifeMs / 5, 600_000);
  return new Date(expiresAt.getTime() - marginMs * (0.5 + Math.random() / 2));
}
