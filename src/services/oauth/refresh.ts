import { randomUUID } from "node:crypto";
import { AppError } from "#src/errors.ts";
import * as leases from "#src/db/credential-leases.ts";
import { Secret } from "#src/lib/secret.ts";
import type { Tokens } from "#src/oauth/exchange.ts";
import { TokenError } from "#src/oauth/errors.ts";
import { refreshTokens } from "#src/oauth/refresh.ts";
import { announce } from "#src/services/changes.ts";
import type { Deps } from "#src/services/context.ts";
import { clientOf, forgetClient } from "#src/services/oauth/clients.ts";
import { columnsOf, findGrant, keyOf, sealGrant, type StoredGrant } from "#src/services/oauth/grants.ts";
import type { Server } from "#src/services/servers/find.ts";

/** The token request ends after ten seconds; whoever died meanwhile holds the lease no longer than this. */
const leaseMs = 15_000;
/** Longer than the lease, so that nobody gives up on a holder that is still at work. */
const patienceMs = 20_000;
const coolDownMs = 10_000;
/** A token that ends this soon would end on the way. */
export const leewayMs = 10_000;

/** What a call goes on with; `expiresAt` is null where nobody said when the access token ends. */
export type FreshGrant = { grant: StoredGrant["grant"]; expiresAt: Date | null };

/**
 * The member has to authorize anew: there is no grant, or the authorization server ended it. Thrown inside a live
 * connection, where nobody knows the request; services make `member_auth_required` of it.
 */
export class GrantEnded extends Error {
  override name = "GrantEnded";
}

const underWay = new WeakMap<Deps["db"], Map<string, Promise<FreshGrant>>>();

/**
 * The one place where tokens are refreshed: one request per credential at a time, over all instances; whoever comes late
 * waits and gets what the first one got.
 *
 * @param stale - the access token that no longer serves
 * @throws {GrantEnded}
 * @throws {AppError} `upstream_failed` where the authorization server gave no usable answer: the grant is kept
 */
export function freshGrant(deps: Deps, server: Server, memberId: number, stale: string): Promise<FreshGrant> {
  const here = underWay.get(deps.db) ?? new Map<string, Promise<FreshGrant>>();
  underWay.set(deps.db, here);
  const key = `${server.workspaceId}/${server.id}/${memberId}/${stale}`;
  const running = here.get(key);
  if (running) return running;
  const refreshing = refreshOverAll(deps, server, memberId, stale).finally(() => here.delete(key));
  here.set(key, refreshing);
  return refreshing;
}

async function refreshOverAll(deps: Deps, server: Server, memberId: number, stale: string): Promise<FreshGrant> {
  const holder = randomUUID();
  const until = Date.now() + patienceMs;
  for (let waitMs = 25; Date.now() < until; waitMs = Math.min(waitMs * 2, 400)) {
    const stored = await findGrant(deps, server, memberId);
    if (!stored) throw new GrantEnded("There is no grant any more.");
    if (stored.grant.accessToken !== stale) return { grant: stored.grant, expiresAt: stored.row.expiresAt };
    if (await leases.take(deps.db, keyOf(server, memberId), { holder, sealed: stored.sealed, leaseMs }))
      return refreshAsHolder(deps, server, stored, holder);
    if (stored.row.retryAt && stored.row.retryAt.getTime() > Date.now()) throw unavailable(server);
    await Bun.sleep(waitMs);
  }
  throw unavailable(server);
}

/** The new tokens are stored before anybody uses them: a server that rotates has forgotten the old ones by then. */
async function refreshAsHolder(deps: Deps, server: Server, stored: StoredGrant, holder: string): Promise<FreshGrant> {
  const { grant, row } = stored;
  const key = keyOf(server, row.memberId);
  let tokens: Tokens;
  try {
    tokens = await request(deps, server, stored);
  } catch (failure) {
    throw await keepFailure(deps, server, stored, holder, failure);
  }
  const renewed = {
    ...grant,
    accessToken: tokens.accessToken.reveal(),
    refreshToken: tokens.refreshToken?.reveal() ?? grant.refreshToken,
  };
  const sealed = sealGrant(deps, server, row.memberId, renewed);
  const isKept = await leases.keep(deps.db, key, holder, { sealed, ...columnsOf(tokens) });
  // Disconnected meanwhile, or the lease ran out and somebody else went on.
  if (!isKept) throw new GrantEnded("The grant was replaced while it was refreshed.");
  return { grant: renewed, expiresAt: tokens.expiresAt };
}

async function request(deps: Deps, server: Server, { grant, row }: StoredGrant): Promise<Tokens> {
  if (grant.refreshToken === null) throw new TokenError("invalid_grant", "There is no refresh token.");
  const client = await clientOf(deps, server, { issuer: row.issuer ?? "", clientId: row.clientId ?? "" });
  if (!client) throw new TokenError("invalid_client", "The client of this grant has been forgotten.");
  return refreshTokens(deps.fetch, {
    tokenEndpoint: grant.tokenEndpoint,
    client,
    resource: grant.resource,
    tokenParameters: server.oauth.tokenParameters ?? {},
    refreshToken: new Secret(grant.refreshToken),
    scopes: row.scopes,
  });
}

/** What is to be thrown. Only the authorization server's clear no ends a grant. */
async function keepFailure(deps: Deps, server: Server, { row }: StoredGrant, holder: string, failure: unknown): Promise<unknown> {
  const key = keyOf(server, row.memberId);
  if (!(failure instanceof TokenError)) {
    await leases.giveBack(deps.db, key, holder, null);
    return failure;
  }
  if (failure.kind === "unavailable") {
    await leases.giveBack(deps.db, key, holder, new Date(Date.now() + coolDownMs));
    return unavailable(server, failure);
  }
  if (failure.kind === "invalid_client" && row.issuer !== null) await forgetClient(deps, server, row.issuer);
  await leases.expire(deps.db, key, holder);
  await announce(deps, server);
  deps.log.info({ serverId: server.id, memberId: row.memberId, reason: failure.code ?? failure.kind }, "grant ended");
  return new GrantEnded("The authorization server ended the grant.", { cause: failure });
}

const unavailable = (server: Server, cause?: unknown): AppError =>
  new AppError("upstream_failed", `${server.name}'s authorization server does not answer. You stay connected: try again soon.`, {
    fields: { stage: "token" },
    cause,
  });
