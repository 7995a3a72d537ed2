import { AppError } from "#src/errors.ts";
import * as leases from "#src/db/credential-leases.ts";
import type { Deps } from "#src/services/context.ts";
import { GrantEnded, holdsGrant, openGrant } from "#src/services/oauth/grants.ts";
import { freshGrant } from "#src/services/oauth/refresh.ts";
import { type RoundLimits, workThrough } from "#src/services/rounds.ts";

type Due = Awaited<ReturnType<typeof leases.claimDue>>[number];

/**
 * Refreshes grants whose tokens end soon, so that no call has to wait for it. Rows are claimed, so of several instances
 * one does it. What fails here is tried again at growing intervals, and met again by the call that needs the token.
 */
export const refreshAhead = (deps: Deps, stop: AbortSignal, limits?: RoundLimits): Promise<void> =>
  workThrough(
    {
      claim: (turns) => leases.claimDue(deps.db, turns),
      placeOf: ({ credential }) => ({ workspaceId: credential.workspaceId, host: credential.issuer ?? "" }),
      work: (due) =>
        refreshOne(deps, due).catch((failure: unknown) => {
          const { serverId, memberId } = due.credential;
          const isExpected = failure instanceof GrantEnded || failure instanceof AppError;
          deps.log[isExpected ? "debug" : "error"](
            { serverId, memberId, error: failure },
            "not refreshed ahead",
          );
        }),
    },
    stop,
    limits,
  );

async function refreshOne(deps: Deps, { credential, server }: Due): Promise<void> {
  if (!holdsGrant(credential)) return;
  const { accessToken } = openGrant(deps, server, credential);
  await freshGrant(deps, { server, memberId: credential.memberId, accessToken });
}
