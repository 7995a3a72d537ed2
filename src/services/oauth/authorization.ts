import type { CredentialRow } from "#src/db/credentials.ts";
import * as leases from "#src/db/credential-leases.ts";
import * as serverRows from "#src/db/servers.ts";
import { bearer } from "#src/credentials/oauth.ts";
import { AppError } from "#src/errors.ts";
import type { Authorization } from "#src/mcp/target.ts";
import type { Deps } from "#src/services/context.ts";
import { discover } from "#src/services/oauth/discover.ts";
import { type Holding, holdsGrant, keyOf, openGrant } from "#src/services/oauth/grants.ts";
import { type FreshGrant, freshGrant } from "#src/services/oauth/refresh.ts";
import type { Server } from "#src/services/servers/find.ts";

/** A token that ends this soon would end on the way; of a short life it is a fifth. */
const mostLeewayMs = 10_000;
/** A server that refuses tokens this young would refuse the next one as well. */
const youthMs = 2_000;

/**
 * How a live connection proves a member by OAuth: the token at hand, a fresh one shortly before that ends, and one more
 * when the server refuses it. Outlives the request that made it, so it holds on to nothing of that.
 */
export function oauthAuthorization(
  deps: Deps,
  server: Server,
  credential: CredentialRow | null,
): Authorization {
  if (!credential || !holdsGrant(credential)) return { headers: async () => ({}) };
  const { memberId } = credential;
  let held: FreshGrant | undefined;
  const current = (): FreshGrant => (held ??= freshIn(deps, server, credential));
  const refresh = async (isWorthIt?: () => Promise<boolean>): Promise<void> => {
    const { accessToken } = current().grant;
    held = await freshGrant(deps, { server, memberId, accessToken, ...(isWorthIt ? { isWorthIt } : {}) });
  };

  return {
    async headers(): Promise<Record<string, string>> {
      if (isEnding(current())) await refresh();
      return bearer(current().grant.accessToken);
    },
    async renew(challenge, refused) {
      const { accessToken, refreshToken } = current().grant;
      if (refused["Authorization"] !== bearer(accessToken)["Authorization"]) return true;
      if (refreshToken === null) return false;
      await refresh(async () => {
        if (await leases.isRefreshedWithin(deps.db, keyOf(server, memberId), youthMs)) return false;
        await requireSamePlace(deps, server, challenge);
        return true;
      });
      return current().grant.accessToken !== accessToken;
    },
  };
}

/**
 * Refreshes what ends soon, before a connection is needed for it: waiting for another instance may take longer than a
 * handshake may, and holds no slot here.
 *
 * @throws {GrantEnded}
 * @throws {AppError} `upstream_failed`
 */
export async function freshen(deps: Deps, server: Server, credential: CredentialRow | null): Promise<void> {
  if (!credential || !holdsGrant(credential)) return;
  const held = freshIn(deps, server, credential);
  const { accessToken } = held.grant;
  if (isEnding(held)) await freshGrant(deps, { server, memberId: credential.memberId, accessToken });
}

const freshIn = (deps: Deps, server: Server, credential: Holding): FreshGrant => ({
  grant: openGrant(deps, server, credential),
  expiresAt: credential.expiresAt,
});

function isEnding({ grant, expiresAt }: FreshGrant): boolean {
  if (expiresAt === null) return false;
  const endsAt = expiresAt.getTime();
  return Date.now() > endsAt - Math.min(mostLeewayMs, (endsAt - grant.obtainedAt) / 5);
}

/**
 * The server refuses a token that we thought good: it may have moved to another issuer. Metadata that cannot be had for
 * the moment does not stop a refresh, for that goes where the tokens came from.
 *
 * @throws {AppError} `issuer_changed`
 */
async function requireSamePlace(deps: Deps, server: Server, challenge: readonly string[]): Promise<void> {
  if (challenge.length > 0)
    await serverRows.noteChallenge(deps.db, server.workspaceId, server.id, [...challenge]);
  try {
    await discover(deps, server, challenge);
  } catch (failure) {
    if (!(failure instanceof AppError) || failure.reason === "issuer_changed") throw failure;
  }
}
