import { AppError } from "#src/errors.ts";
import * as leases from "#src/db/credential-leases.ts";
import type { Deps } from "#src/services/context.ts";
import { openGrant } from "#src/services/oauth/grants.ts";
import { freshGrant, GrantEnded } from "#src/services/oauth/refresh.ts";

const atOnce = 8;

/**
 * Refreshes grants whose tokens end soon, so that no call has to wait for it. Rows are claimed, so of several instances
 * one does it; and what fails here is met again by the call that needs the token.
 */
export async function refreshAhead(deps: Deps): Promise<void> {
  const due = await leases.claimDue(deps.db, atOnce);
  await Promise.all(
    due.map(async ({ server, credential }) => {
      if (credential.sealed === null || !server.enabled || server.otherIssuer !== null) return;
      const { accessToken } = openGrant(deps, server, credential, credential.sealed);
      await freshGrant(deps, server, credential.memberId, accessToken).catch((failure: unknown) => {
        if (!(failure instanceof GrantEnded) && !(failure instanceof AppError)) throw failure;
        deps.log.debug({ serverId: server.id, memberId: credential.memberId, error: failure }, "not refreshed ahead");
      });
    }),
  );
}
