import { AppError } from "#src/errors.ts";
import * as leases from "#src/db/credential-leases.ts";
import type { Grant } from "#src/credentials/oauth.ts";
import { Secret } from "#src/lib/secret.ts";
import type { Tokens } from "#src/oauth/exchange.ts";
import { TokenError } from "#src/oauth/errors.ts";
import { refreshTokens } from "#src/oauth/refresh.ts";
import type { Deps } from "#src/services/context.ts";
import { clientOf, forgetClient, type KnownClient } from "#src/services/oauth/clients.ts";
import { endGrant } from "#src/services/oauth/grant-ends.ts";
import {
  columnsOf,
  GrantEnded,
  grantOf,
  keyOf,
  sealGrant,
  type StoredGrant,
  usedClient,
} from "#src/services/oauth/grants.ts";
import type { RefreshTimes } from "#src/services/oauth/refresh-times.ts";
import { noteRefusal, refusalOf, refusedRefresh } from "#src/services/oauth/refusals.ts";
import { revokeUnkept } from "#src/services/oauth/revocations.ts";
import { troubleOf } from "#src/services/oauth/trouble.ts";
import type { Server } from "#src/services/servers/find.ts";

const mostPauseMs = 1_000;

/** What a call goes on with; `expiresAt` is null where nobody said when the access token ends. */
export type FreshGrant = { grant: Grant; expiresAt: Date | null };

/** Who refreshes, and how long it may take. */
export type Holding = { holder: string; times: RefreshTimes };

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
  holding: Holding,
): Promise<FreshGrant | null> {
  let client: KnownClient | null = null;
  let tokens: Tokens;
  try {
    client = await clientOf(deps, server, usedClient(stored));
    tokens = await request(deps, server, stored, client);
  } catch (failure) {
    return settle(deps, server, stored, { ...holding, client, failure });
  }
  return keep(deps, server, stored, { ...holding, client, tokens });
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

type Brought = Holding & { client: KnownClient | null; tokens: Tokens };

async function keep(
  deps: Deps,
  server: Server,
  { grant: before, sealed, row: { memberId } }: StoredGrant,
  { holder, times, client, tokens }: Brought,
): Promise<FreshGrant | null> {
  const grant = grantOf(tokens, before);
  const renewed = { sealed: sealGrant(deps, server, memberId, grant), ...columnsOf(tokens) };
  const store = () => leases.keep(deps.db, keyOf(server, memberId), { holder, sealed }, renewed);
  if (await insist(store, times.storeMs)) return { grant, expiresAt: tokens.expiresAt };
  await revokeUnkept(deps, server, { memberId, grant, client });
  return null;
}

/** What is lost here is lost for good, so a database that stumbles is asked again. */
async function insist<T>(store: () => Promise<T>, forMs: number): Promise<T> {
  const until = performance.now() + forMs;
  for (let pauseMs = 50; ; pauseMs = Math.min(pauseMs * 2, mostPauseMs)) {
    try {
      return await store();
    } catch (failure) {
      if (performance.now() >= until) throw failure;
      await Bun.sleep(pauseMs);
    }
  }
}

type Failed = Holding & { client: KnownClient | null; failure: unknown };

/** Only the authorization server's clear no ends a grant. @returns null where the holder's word no longer counts */
async function settle(
  deps: Deps,
  server: Server,
  stored: StoredGrant,
  { holder, times: { coolDownMs }, client, failure }: Failed,
): Promise<null> {
  const { memberId, unansweredAt } = stored.row;
  const key = keyOf(server, memberId);
  if (!(failure instanceof TokenError)) {
    await leases.giveBack(deps.db, key, holder, { coolDownMs: 0, unansweredAt });
    throw failure;
  }
  if (failure.kind === "unavailable") {
    const unanswered = failure.mayHaveWorked ? {} : { unansweredAt };
    await leases.giveBack(deps.db, key, holder, { coolDownMs, ...unanswered });
    throw unavailable(server, failure);
  }
  const refusal = refusalOf(failure, client);
  if (refusal) {
    await leases.giveBack(deps.db, key, holder, { coolDownMs, unansweredAt, refusal });
    await noteRefusal(deps, server, stored.row, refusal);
    throw refusedRefresh(server, client, { refusal, cause: failure });
  }
  if (failure.kind === "invalid_client") await forgetClient(deps, server, usedClient(stored));
  const reason = reasonOf(stored, client, failure);
  if (!(await endGrant(deps, server, { memberId, holder, reason }))) return null;
  throw new GrantEnded("The authorization server ended the grant.", { reason, cause: failure });
}

function reasonOf({ grant, row }: StoredGrant, client: KnownClient | null, { kind }: TokenError) {
  if (grant.refreshToken === null) return "not_renewable";
  if (client === null || kind === "invalid_client") return "client_unknown";
  return row.unansweredAt === null ? "refused" : "answer_lost";
}

/** For now: the member stays connected. */
export const unavailable = (server: Server, cause?: unknown): AppError =>
  new AppError(
    troubleOf(cause),
    `${server.name}'s authorization server gave no usable answer. You stay connected: try again soon.`,
    { fields: { stage: "token" }, cause },
  );
