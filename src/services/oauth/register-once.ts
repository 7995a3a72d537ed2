import { randomUUID } from "node:crypto";
import { AppError, notFound } from "#src/errors.ts";
import * as leases from "#src/db/registration-leases.ts";
import { isForeignKeyViolation } from "#src/db/rows.ts";
import type { Discovery } from "#src/oauth/discovery.ts";
import { redirectUriOf } from "#src/services/oauth/client-metadata.ts";
import {
  type KnownClient,
  register,
  registered,
  type Registering,
} from "#src/services/oauth/registered-clients.ts";
import type { Server } from "#src/services/servers/find.ts";

/** The request ends after ten seconds; whoever died meanwhile holds the lease no longer than this. */
const leaseMs = 12_000;
/** Longer than the lease, so that nobody gives up on a holder that is still at work. */
const patienceMs = 20_000;
const firstWaitMs = 25;
const lastWaitMs = 400;

/**
 * Our registered client for the present redirect URI, else a new one: however many members begin at once, on whichever
 * instances, one of them asks the authorization server and the others go on with what it got.
 *
 * @throws {AppError} what `register` throws; `upstream_timeout` where others asked for too long
 */
export async function registerOnce(
  deps: Registering,
  server: Server,
  discovery: Discovery,
): Promise<KnownClient> {
  const { issuer } = discovery;
  const redirectUri = redirectUriOf(deps, server.appUuid);
  const place = { workspaceId: server.workspaceId, serverId: server.id, issuer, redirectUri };
  const holder = randomUUID();
  const until = Date.now() + patienceMs;

  for (let waitMs = firstWaitMs; Date.now() < until; waitMs = Math.min(waitMs * 2, lastWaitMs)) {
    const known = await registered(deps, server, issuer);
    if (known) return known;
    if (await take(deps, place, holder)) return registerAsHolder(deps, server, { discovery, place, holder });
    if (waitMs === firstWaitMs)
      deps.log.debug({ serverId: server.id }, "waiting for a registration elsewhere");
    await Bun.sleep(waitMs);
  }
  throw new AppError(
    "upstream_timeout",
    `${server.name}'s authorization server takes too long to register our client. Try again soon.`,
    { fields: { stage: "http" } },
  );
}

const take = (deps: Registering, place: leases.Place, holder: string): Promise<boolean> =>
  leases.take(deps.db, place, { holder, leaseMs }).catch((error: unknown) => {
    throw isForeignKeyViolation(error) ? notFound() : error;
  });

async function registerAsHolder(
  deps: Registering,
  server: Server,
  { discovery, place, holder }: { discovery: Discovery; place: leases.Place; holder: string },
): Promise<KnownClient> {
  try {
    // Whoever held the lease before may just have stored one.
    return (await registered(deps, server, discovery.issuer)) ?? (await register(deps, server, discovery));
  } finally {
    await leases.giveBack(deps.db, place, holder);
  }
}
