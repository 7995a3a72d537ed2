import { AppError } from "#src/errors.ts";
import * as leases from "#src/db/credential-leases.ts";
import type { Deps } from "#src/services/context.ts";
import { GrantEnded, holdsGrant, openGrant } from "#src/services/oauth/grants.ts";
import { freshGrant } from "#src/services/oauth/refresh.ts";

const atOnce = 8;

type Due = Awaited<ReturnType<typeof leases.claimDue>>[number];

/**
 * Refreshes grants whose tokens end soon, so that no call has to wait for it. Rows are claimed, so of several instances
 * one does it; and what fails here is met again by the call that needs the token.
 */
export async function refreshAhead(deps: Deps): Promise<void> {
  let due: Due[];
  do {
    due = await leases.claimDue(deps.db, atOnce);
    await Promise.all(
      due.map((one) =>
        refreshOne(deps, one).catch((failure: unknown) => {
          const { serverId, memberId } = one.credential;
          const isExpected = failure instanceof GrantEnded || failure instanceof AppError;
          deps.log[isExpected ? "debug" : "error"](
            { serverId, memberId, error: failure },
            "not refreshed ahead",
          );
        }),
      ),
    );
  } while (due.length === atOnce);
}

async function refreshOne(deps: Deps, { credential, server }: Due): Promise<void> {
  if (!holdsGrant(credential)) return;
  const { accessToken } = openGrant(deps, server, credential);
  await freshGrant(deps, { server, memberId: credential.memberId, accessToken });
}
