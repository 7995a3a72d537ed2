import { AppError } from "#src/errors.ts";
import * as leases from "#src/db/credential-leases.ts";
import type { Grant } from "#src/credentials/oauth.ts";
import { Secret } from "#src/lib/secret.ts";
import type { Tokens } from "#src/oauth/exchange.ts";
import { TokenError } from "#src/oauth/errors.ts";
import { refreshTokens } from "#src/oauth/refresh.ts";
import { announce } from "#src/services/changes.ts";
import type { Deps } from "#src/services/context.ts";
import { clientOf, forgetClient, type KnownClient } from "#src/services/oauth/clients.ts";
import {
  columnsOf,
  GrantEnded,
  grantOf,
  keyOf,
  sealGrant,
  type StoredGrant,
  usedClient,
} from "#src/services/oauth/grants.ts";
import { revokeUnkept } from "#src/services/oauth/revocations.ts";
import { troubleOf } from "#src/services/oauth/trouble.ts";
import type { Server } from "#src/services/servers/find.ts";

/** After a request without a usable answer nobody makes another one for so long. */
const coolDownMs = 10_000;

/** What a call goes on with; `expiresAt` is null where nobody said when the access token ends. */
export type FreshGrant = { grant: Grant; expiresAt: Date | null };

/**
 * Asks for new tokens, once, and gives the lease back. They are stored before anybody uses them: a server that rotates
 * has forgotten the old ones by then.
 *
 * @returns null where somebody else changed the credential meanwhile, whose word counts
 * @throws {GrantEnded}
 * @throws {AppError} `upstream_failed`, `upstream_timeout`
 */
export async function refreshAsHolder(
  deps: Deps,
  server: Server,
  stored: StoredGrant,
  holder: string,
): Promise<FreshGrant | null> {
  let client: KnownClient | null = null;
  let tokens: Tokens;
  try {
    client = await clientOf(deps, server, usedClient(stored));
    tokens = await request(deps, server, stored, client);
  } catch (failure) {
    return settle(deps, server, stored, { holder, client, failure });
  }
  return keep(deps, server, stored, { holder, client, tokens });
}

async function request(
  deps: Deps,
  server: Server,
  { grant, row }: StoredGrant,
  client: KnownClient | null,
): Promise<Tokens> {
  if (grant.refreshToken === null) throw new TokenError("invalid_grant", "There is no refresh token.");
  if (!client) throw new TokenError("invalid_grant", "The client of this grant has been forgotten.");
  return refreshTokens(deps.fetch, {
    tokenEndpoint: grant.tokenEndpoint,
    client,
    resource: grant.resource,
    tokenParameters: server.oauth.tokenParameters ?? {},
    refreshToken: new Secret(grant.refreshToken),
    scopes: row.scopes,
  });
}

async function keep(
  deps: Deps,
  server: Server,
  { grant: before, sealed, row: { memberId } }: StoredGrant,
  { holder, client, tokens }: { holder: string; client: KnownClient | null; tokens: Tokens },
): Promise<FreshGrant | null> {
  const grant = grantOf(tokens, { ...before, isRefreshed: true });
  const renewed = { sealed: sealGrant(deps, server, memberId, grant), ...columnsOf(tokens) };
  if (await leases.keep(deps.db, keyOf(server, memberId), { holder, sealed }, renewed))
    return { grant, expiresAt: tokens.expiresAt };
  await revokeUnkept(deps, server, { memberId, grant, client });
  return null;
}

type Failed = { holder: string; client: KnownClient | null; failure: unknown };

/** Only the authorization server's clear no ends a grant. @returns null where the holder's word no longer counts */
async function settle(
  deps: Deps,
  server: Server,
  stored: StoredGrant,
  { holder, client, failure }: Failed,
): Promise<null> {
  const { memberId } = stored.row;
  const key = keyOf(server, memberId);
  if (!(failure instanceof TokenError)) {
    await leases.giveBack(deps.db, key, holder, 0);
    throw failure;
  }
  if (failure.kind === "unavailable") {
    await leases.giveBack(deps.db, key, holder, coolDownMs);
    throw unavailable(server, failure);
  }
  // An admin can mend it, and the grant is as good as before then.
  if (failure.kind === "invalid_client" && client && client.registration !== "dynamic") {
    await leases.giveBack(deps.db, key, holder, coolDownMs);
    throw clientRefused(server, client, failure);
  }
  if (failure.kind === "invalid_client") await forgetClient(deps, server, usedClient(stored));
  if (!(await leases.expire(deps.db, key, holder))) return null;
  await announce(deps, server);
  deps.log.info({ serverId: server.id, memberId, reason: failure.code ?? failure.kind }, "grant ended");
  throw new GrantEnded("The authorization server ended the grant.", { cause: failure });
}

/** For now: the member stays connected. */
export const unavailable = (server: Server, cause?: unknown): AppError =>
  new AppError(
    troubleOf(cause),
    `${server.name}'s authorization server gave no usable answer. You stay connected: try again soon.`,
    { fields: { stage: "token" }, cause },
  );

const clientRefused = (server: Server, { registration }: KnownClient, cause: TokenError): AppError =>
  new AppError(
    "upstream_failed",
    registration === "manual"
      ? `${server.name}'s authorization server does not accept the client that an admin entered. You stay connected: ask an admin.`
      : `${server.name}'s authorization server does not accept our client metadata document. You stay connected: ask an admin.`,
    { fields: { stage: "token" }, cause },
  );
