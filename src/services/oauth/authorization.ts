import type { CredentialRow } from "#src/db/credentials.ts";
import * as serverRows from "#src/db/servers.ts";
import { bearer } from "#src/credentials/oauth.ts";
import { AppError } from "#src/errors.ts";
import type { Authorization } from "#src/mcp/target.ts";
import type { Deps } from "#src/services/context.ts";
import { discover } from "#src/services/oauth/discover.ts";
import { openGrant } from "#src/services/oauth/grants.ts";
import { type FreshGrant, freshGrant, leewayMs } from "#src/services/oauth/refresh.ts";
import type { Server } from "#src/services/servers/find.ts";

/**
 * How a live connection proves a member by OAuth: the token at hand, a fresh one shortly before that ends, and one more
 * when the server refuses it. Outlives the request that made it, so it holds on to nothing of that.
 */
export function oauthAuthorization(deps: Deps, server: Server, credential: CredentialRow | null): Authorization {
  if (credential?.kind !== "oauth" || credential.sealed === null) return { headers: async () => ({}) };
  let current: FreshGrant = {
    grant: openGrant(deps, server, credential, credential.sealed),
    expiresAt: credential.expiresAt,
  };
  const refresh = async (): Promise<void> => {
    current = await freshGrant(deps, server, credential.memberId, current.grant.accessToken);
  };

  return {
    async headers(): Promise<Record<string, string>> {
      if (current.expiresAt && Date.now() > current.expiresAt.getTime() - leewayMs) await refresh();
      return bearer(current.grant.accessToken);
    },
    async renew(challenge) {
      await requireSamePlace(deps, server, challenge);
      await refresh();
      return true;
    },
  };
}

/**
 * The server refuses a token that we thought good: it may have moved to another issuer. Metadata that cannot be had for
 * the moment does not stop a refresh, for that goes where the tokens came from.
 *
 * @throws {AppError} `issuer_changed`
 */
async function requireSamePlace(deps: Deps, server: Server, challenge: readonly string[]): Promise<void> {
  await serverRows.noteChallenge(deps.db, server.workspaceId, server.id, [...challenge]);
  try {
    await discover(deps, server, challenge);
  } catch (failure) {
    if (!(failure instanceof AppError) || failure.reason === "issuer_changed") throw failure;
  }
}
