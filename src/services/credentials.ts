import { AppError, invalid, notFound } from "#src/errors.ts";
import * as rows from "#src/db/credentials.ts";
import * as serverRows from "#src/db/servers.ts";
import { kinds } from "#src/credentials/index.ts";
import type { RevocationOutcome } from "#src/oauth/revocation.ts";
import { audit } from "#src/services/audit-events.ts";
import { announce } from "#src/services/changes.ts";
import type { Ctx } from "#src/services/context.ts";
import { dropCredentials } from "#src/services/credential-drops.ts";
import { sealedFor } from "#src/services/credential-seal.ts";
import { authorizationRequired } from "#src/services/member-auth.ts";
import { asOfNow } from "#src/services/member-context.ts";
import { outcomeOf } from "#src/services/oauth/revocations.ts";
import { markReady, probeAs } from "#src/services/probes.ts";
import { requireScope } from "#src/services/scopes.ts";
import { find, type Server, type ServerInUse } from "#src/services/servers/find.ts";
import { upstreamFailure } from "#src/services/upstream.ts";

export type Connected = { connected: true; serverId: number; memberId: number };
/** How telling the authorization server went; `unsupported` also where there was nothing to revoke. */
export type Disconnected = { connected: false; revocation: RevocationOutcome };

/**
 * Connects the asking member: a link for `direct_auth`, a secret that the server has accepted for `api_key`.
 *
 * @throws {AppError} `invalid` for a missing, superfluous or refused secret; `authorization_required` for `oauth`;
 *   `conflict` where somebody changed the server meanwhile
 */
export async function connect(ctx: Ctx, serverId: number, secret: string | null): Promise<Connected> {
  const inUse = await find(ctx, serverId);
  switch (inUse.server.authType) {
    case "oauth":
      throw authorizationRequired(ctx, inUse.server);
    case "direct_auth":
      if (secret !== null) throw invalid("/secret", `${inUse.server.name} takes no secret: send no body.`);
      if (!isLinked(inUse)) await keep(ctx, inUse.server, null);
      break;
    case "api_key":
      if (secret === null) throw invalid("/secret", `${inUse.server.name} asks for a secret.`);
      await tryOut(ctx, inUse, secret);
      await keep(ctx, inUse.server, ctx.keyring.seal(secret, sealedFor(inUse.server, ctx.member.id)));
      if (inUse.server.state !== "READY") await markReady(ctx, inUse.server);
  }
  return { connected: true, serverId: inUse.server.id, memberId: ctx.member.id };
}

/** Then there is nothing to add, and live connections may go on. */
const isLinked = ({ credential }: ServerInUse): boolean =>
  credential?.kind === "direct_auth" && credential.status === "connected";

/** Once is the same as twice. @throws {AppError} `not_found` */
export async function disconnect(ctx: Ctx, serverId: number): Promise<Disconnected> {
  const { server } = await find(ctx, serverId);
  return { connected: false, revocation: (await drop(ctx, server, ctx.member.id)) ?? "unsupported" };
}

/** An admin ends somebody's connection. @throws {AppError} `not_found` also where that member has none */
export async function disconnectMember(ctx: Ctx, serverId: number, memberId: number): Promise<Disconnected> {
  const { server } = await find(ctx, serverId);
  const revocation = await drop(ctx, server, memberId);
  if (revocation === null) throw notFound();
  return { connected: false, revocation };
}

/** Before anything is kept, so that a typing mistake is noticed by who made it, and now. */
async function tryOut(ctx: Ctx, inUse: ServerInUse, secret: string): Promise<void> {
  const headers = kinds.api_key.headers(secret, inUse.server);
  const probe = await probeAs(ctx, inUse, { authorization: { headers: async () => headers } });
  if (probe.ok) return;
  if (probe.error.kind === "unauthorized" || probe.error.kind === "insufficient_scope")
    throw invalid("/secret", `${inUse.server.name} did not accept this secret.`);
  throw await upstreamFailure(ctx, inUse.server, probe.error);
}

/** @throws {AppError} `conflict` where the server is no longer what was tried, `not_found` where it is gone */
async function keep(ctx: Ctx, server: Server, sealed: string | null): Promise<void> {
  const key = { workspaceId: server.workspaceId, serverId: server.id, memberId: ctx.member.id };
  await ctx.db.transaction(async (tx) => {
    await serverRows.hold(tx, server.workspaceId, server.id, "share");
    const ctxNow = await asOfNow(ctx, tx);
    if (!ctxNow) throw notFound();
    requireScope(ctxNow.member, "apps:write");
    const now = await find(ctxNow, server.id);
    if (now.server.url !== server.url || now.server.authType !== server.authType)
      throw new AppError("conflict", `${server.name} was changed meanwhile. Try again.`);
    await rows.put(tx, key, { kind: server.authType, sealed });
    await audit({ ...ctx, db: tx }, { action: "credential.connected", target: targetOf(server) });
    await announce({ db: tx }, server);
  });
}

/** @returns null where there was nothing to drop */
async function drop(ctx: Ctx, server: Server, memberId: number): Promise<RevocationOutcome | null> {
  const key = { workspaceId: server.workspaceId, serverId: server.id, memberId };
  const { dropped, tally } = await dropCredentials(ctx, server, async (tx) => {
    const row = await rows.remove(tx, key);
    if (!row) return [];
    await audit(
      { ...ctx, db: tx },
      { action: "credential.disconnected", target: targetOf(server), details: { memberId } },
    );
    return [row];
  });
  return dropped.length === 0 ? null : outcomeOf(tally);
}

const targetOf = (server: Server) => ({ type: "server", id: server.id, name: server.name });
