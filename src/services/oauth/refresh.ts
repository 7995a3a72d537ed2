import { randomUUID } from "node:crypto";
import * as leases from "#src/db/credential-leases.ts";
import type { Deps } from "#src/services/context.ts";
import { findGrant, keyOf } from "#src/services/oauth/grants.ts";
import { type FreshGrant, refreshAsHolder, unavailable } from "#src/services/oauth/refresh-as-holder.ts";
import { type RefreshTimes, TIMES } from "#src/services/oauth/refresh-times.ts";
import type { Server } from "#src/services/servers/find.ts";

export type { FreshGrant };

/** What no longer serves, and whose it is. */
export type StaleGrant = {
  server: Server;
  memberId: number;
  accessToken: string;
  /**
   * Whether tokens are asked for; where not, the grant is given back as it is. Not asked where somebody else has asked
   * for them already.
   */
  isWorthIt?: () => Promise<boolean>;
};

const underWay = new WeakMap<Deps["db"], Map<string, Promise<FreshGrant>>>();

/**
 * The one place where tokens are refreshed: one request per credential at a time, over all instances; whoever comes late
 * waits and gets what the first one got.
 *
 * @throws {GrantEnded}
 * @throws {AppError} `upstream_failed`, `upstream_timeout` where the authorization server gave no usable answer: the
 *   grant is kept. And what `isWorthIt` throws
 */
export function freshGrant(deps: Deps, stale: StaleGrant, times: RefreshTimes = TIMES): Promise<FreshGrant> {
  const here = underWay.get(deps.db) ?? new Map<string, Promise<FreshGrant>>();
  underWay.set(deps.db, here);
  const key = `${stale.server.workspaceId}/${stale.server.id}/${stale.memberId}/${stale.accessToken}`;
  const running = here.get(key);
  if (running) return running;
  const refreshing = refreshOverAll(deps, stale, times).finally(() => here.delete(key));
  here.set(key, refreshing);
  return refreshing;
}

async function refreshOverAll(deps: Deps, stale: StaleGrant, times: RefreshTimes): Promise<FreshGrant> {
  const { server, memberId } = stale;
  const holder = randomUUID();
  let { isWorthIt } = stale;
  let awaited: { holder: string | null; until: number } | undefined;

  for (let waitMs = times.firstWaitMs; ; waitMs = Math.min(waitMs * 2, times.lastWaitMs)) {
    const stored = await findGrant(deps, server, memberId);
    const { grant, row, sealed } = stored;
    if (grant.accessToken !== stale.accessToken) return { grant, expiresAt: row.expiresAt };
    if (isWorthIt && !(await isWorthIt())) return { grant, expiresAt: row.expiresAt };
    isWorthIt = undefined;

    const { leaseMs } = times;
    const turn = await leases.take(deps.db, keyOf(server, memberId), { holder, sealed, leaseMs });
    if (turn === "cooling") throw unavailable(server);
    const refreshed =
      turn === "taken" ? await refreshAsHolder(deps, server, stored, { holder, times }) : null;
    if (refreshed) return refreshed;

    if (awaited?.holder !== row.leaseHolder) {
      awaited = { holder: row.leaseHolder, until: performance.now() + times.patienceMs };
      if (turn === "held")
        deps.log.debug({ serverId: server.id, memberId }, "waiting for a refresh elsewhere");
    } else if (performance.now() >= awaited.until) throw unavailable(server);
    await Bun.sleep(waitMs);
  }
}
