import { AppError } from "#src/errors.ts";
import * as serverRows from "#src/db/servers.ts";
import { type Discovery, discover as discoverAt } from "#src/oauth/discovery.ts";
import { DiscoveryError } from "#src/oauth/errors.ts";
import { announce } from "#src/services/changes.ts";
import type { Ctx, Deps } from "#src/services/context.ts";
import { knock } from "#src/services/discovery.ts";
import { canPublishMetadata } from "#src/services/oauth/client-metadata.ts";
import type { Server } from "#src/services/servers/find.ts";

type Discovering = Pick<Deps, "db" | "fetch" | "settings" | "log">;

/**
 * Learns how a server wants its members to authorize us, and that it is still where it was.
 *
 * @param challenges - `WWW-Authenticate` of its 401
 * @returns null where nothing says that it wants OAuth
 * @throws {AppError} `issuer_changed`, `discovery_failed`, `url_not_allowed`, `upstream_failed`, `upstream_timeout`
 */
export async function discover(
  deps: Discovering,
  server: Server,
  challenges: readonly string[],
): Promise<Discovery | null> {
  const found = await discoverAt(deps.fetch, server.url, {
    challenges,
    issuer: server.issuer,
    allowances: { allowMissingPkceMetadata: server.oauth.allowMissingPkceMetadata ?? false },
    canPublishMetadata: canPublishMetadata(deps),
  }).catch((failure: unknown) => {
    throw discoveryFailure(server.name, failure);
  });
  if (found) await checkIssuer(deps, server, found.issuer);
  return found;
}

/** The server's present challenge, else the one it gave when it last refused somebody. */
export async function challengeOf(ctx: Ctx, server: Server): Promise<readonly string[]> {
  const answer = await knock(ctx, server);
  if (!answer.ok && answer.error.kind === "unauthorized") return answer.error.challenge;
  return server.challenge;
}

/**
 * Tokens and clients belong to an issuer. One that the metadata names instead gets nothing until an admin has looked: the
 * server is paused, which `issuer_changed` says from here on.
 */
async function checkIssuer(deps: Discovering, server: Server, issuer: string): Promise<void> {
  const otherIssuer = server.issuer === null || server.issuer === issuer ? null : issuer;
  if (otherIssuer !== server.otherIssuer) {
    await serverRows.noteOtherIssuer(deps.db, server, otherIssuer);
    await announce(deps, server);
    if (otherIssuer)
      deps.log.warn({ serverId: server.id, issuer, previousIssuer: server.issuer }, "issuer changed");
  }
  if (otherIssuer) throw issuerChanged({ ...server, otherIssuer });
}

/** @throws {AppError} `issuer_changed` while a server is paused because of it */
export function requireSameIssuer(server: Server): void {
  if (server.otherIssuer !== null) throw issuerChanged(server);
}

const issuerChanged = (server: Server): AppError =>
  new AppError(
    "issuer_changed",
    `${server.name} now names another authorization server than the one its members signed in at. An admin has to accept it first.`,
    { fields: { issuer: server.otherIssuer, previousIssuer: server.issuer } },
  );

/** What a discovery that failed means to the caller; anything unexpected stays what it is. */
export function discoveryFailure(name: string, failure: unknown): unknown {
  if (!(failure instanceof DiscoveryError)) return failure;
  const options = { fields: { stage: failure.stage, rule: failure.rule }, cause: failure };
  switch (failure.rule) {
    case "egress_policy":
      return new AppError("url_not_allowed", failure.message, options);
    case "reachable":
      return new AppError("upstream_failed", `${name}: ${failure.message}`, options);
    case "in_time":
      return new AppError("upstream_timeout", `${name}: ${failure.message}`, options);
    default:
      return new AppError("discovery_failed", failure.message, options);
  }
}
