import { randomUUID } from "node:crypto";
import * as leases from "#src/db/credential-leases.ts";
import type { Deps } from "#src/services/context.ts";
import { findGrant, keyOf } from "#src/services/oauth/grants.ts";
import { type FreshGrant, refreshAsHolder, unavailable } from "#src/services/oauth/refresh-as-holder.ts";
import type { Server } from "#src/services/servers/find.ts";

export type { FreshGrant };

/** The token request ends after ten seconds; whoever died meanwhile holds the lease no longer than this. */
const leaseMs = 12_000;
/** Longer than the lease, so that nobody gives up on a holder that is still at work. */
const patienceMs = 20_000;
const firstWaitMs = 25;
const lastWaitMs = 400;

/** What no longer serves, and whose it is. */
export type StaleGrant = {
  server: Server;
  memberId: number;
  accessToken: string;
  /** What has to hold before tokens are asked for; not asked where somebody else has asked for them already. */
  requirement?: () => Promise<void>;
};

const underWay = new WeakMap<Deps["db"], Map<string, Promise<FreshGrant>>>();

/**
 * The one place where tokens are refreshed: one request per credential at a time, over all instances; whoever comes late
 * waits and gets what the first one got.
 *
 * @throws {GrantEnded}
 * @throws {AppError} `upstream_failed`, `upstream_timeout` where the authorization server gave no usable answer: the
 *   grant is kept. And what the requirement throws
 */
export function freshGrant(deps: Deps, stale: StaleGrant): Promise<FreshGrant> {
  const here = underWay.get(deps.db) ?? new Map<string, Promise<FreshGrant>>();
  underWay.set(deps.db, here);
  const key = `${stale.server.workspaceId}/${stale.server.id}/${stale.memberId}/${stale.accessToken}`;
  const running = here.get(key);
  if (running) return running;
  const refreshing = refreshOverAll(deps, stale).finally(() => here.delete(key));
  here.set(key, refreshing);
  return refreshing;
}

async function refreshOverAll(deps: Deps, stale: StaleGrant): Promise<FreshGrant> {
  const { server, memberId } = stale;
  const holder = randomUUID();
  let until = Date.now() + patienceMs;
  let { requirement } = stale;

  for (let waitMs = firstWaitMs; Date.now() < until; waitMs = Math.min(waitMs * 2, lastWaitMs)) {
    const stored = await findGrant(deps, server, memberId);
    const { grant, row, sealed } = stored;
    if (grant.accessToken !== stale.accessToken) return { grant, expiresAt: row.expiresAt };
    if (requirement) {
      await requirement();
      requirement = undefined;
      until = Date.now() + patienceMs;
    }

    const turn = await leases.take(deps.db, keyOf(server, memberId), { holder, sealed, leaseMs });
    if (turn === "cooling") throw unavailable(server);
    const refreshed = turn === "taken" ? await refreshAsHolder(deps, server, stored, holder) : null;
    if (refreshed) return refreshed;
    if (turn === "held" && waitMs === firstWaitMs)
      deps.log.debug({ serverId: server.id, memberId }, "waiting for a refresh elsewhere");
    await Bun.sleep(waitMs);
  }
  throw unavailable(server);
}
