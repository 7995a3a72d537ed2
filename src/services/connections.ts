import * as rows from "#src/db/credentials.ts";
import type { CatalogCounts } from "#src/db/schema.ts";
import { kinds } from "#src/credentials/index.ts";
import { AppError } from "#src/errors.ts";
import type { Connection } from "#src/mcp/connect.ts";
import type { Authorization, Target } from "#src/mcp/target.ts";
import { type Ctx, depsOf } from "#src/services/context.ts";
import { sealedFor } from "#src/services/credential-seal.ts";
import { memberAuthRequired } from "#src/services/member-auth.ts";
import { freshen, oauthAuthorization } from "#src/services/oauth/authorization.ts";
import { requireSameIssuer } from "#src/services/oauth/discover.ts";
import { poolPrefix } from "#src/services/pool-keys.ts";
import { find, type Server, type ServerInUse } from "#src/services/servers/find.ts";
import { type SentAt, upstreamFailure } from "#src/services/upstream.ts";
import { measured } from "#src/services/upstream-calls.ts";

type Work<T> = (connection: Connection, signal?: AbortSignal) => Promise<T>;

/**
 * Runs `work` on the asking member's own live connection to a server, as the server's state allows.
 *
 * @throws {AppError} `not_found`, `server_not_ready`, `server_disabled`, `member_auth_required`, `issuer_changed`, or what
 *   broke on the way
 */
export const use = async <T>(ctx: Ctx, serverId: number, work: Work<T>, sentAt: SentAt): Promise<T> =>
  (await withTarget(ctx, serverId, (target) => ctx.pool.use(target, work, ctx.signal), sentAt)).result;

/**
 * The same for a read without arguments: equal ones under way are one, so `work` must be the same function each time.
 *
 * @param countsOf - what the member was offered, to be kept where it is news
 */
export async function read<T>(
  ctx: Ctx,
  serverId: number,
  work: Work<T>,
  countsOf: (result: T) => CatalogCounts,
): Promise<T> {
  const { result, inUse } = await withTarget(ctx, serverId, (target) =>
    ctx.pool.read(target, work, ctx.signal),
  );
  noteCounts(ctx, inUse, countsOf(result));
  return result;
}

/**
 * What it takes to reach a server in this member's name. The key changes with whatever makes a live connection wrong.
 *
 * @param authorization - another one than the stored, to try it; such a target is never for the pool
 */
export const targetOf = (
  ctx: Ctx,
  { server, credential }: ServerInUse,
  authorization: Authorization = authorizationOf(ctx, server, credential),
): Target => ({
  key: `${poolPrefix(server)}${ctx.member.id}/${server.version}.${credential?.version ?? 0}`,
  workspaceId: server.workspaceId,
  memberId: ctx.member.id,
  serverId: server.id,
  url: server.url,
  known: { transport: server.transport, protocolVersion: server.protocolVersion },
  authorization,
});

function authorizationOf(ctx: Ctx, server: Server, credential: rows.CredentialRow | null): Authorization {
  const { authType } = server;
  if (authType === "oauth") return oauthAuthorization(depsOf(ctx), server, credential);
  const sealed = credential?.sealed ?? null;
  const { keyring } = ctx;
  const place = sealedFor(server, ctx.member.id);
  // Opened where it is needed: one that does not open, because its key is gone, is then a bad credential and no fault.
  const open = () => kinds[authType].headers(sealed === null ? null : keyring.open(sealed, place), server);
  let headers: Record<string, string> | undefined;
  return { headers: async () => (headers ??= open()) };
}

async function withTarget<T>(
  ctx: Ctx,
  serverId: number,
  work: (target: Target) => Promise<T>,
  sentAt: SentAt = null,
): Promise<{ result: T; inUse: ServerInUse }> {
  const inUse = await find(ctx, serverId);
  requireUsable(ctx, inUse);
  try {
    if (inUse.server.authType === "oauth") await freshen(depsOf(ctx), inUse.server, inUse.credential);
    const result = await measured(ctx, () => work(targetOf(ctx, inUse)));
    touch(ctx, inUse);
    return { result, inUse };
  } catch (failure) {
    throw await upstreamFailure(ctx, inUse.server, failure, sentAt);
  }
}

/** The contract's table of states, row by row. */
export function requireUsable(ctx: Ctx, { server, credential }: ServerInUse): void {
  if (server.state === "REGISTER")
    throw new AppError("server_not_ready", `${server.name} is not set up yet. Enable it first.`);
  requireSameIssuer(server);
  if (server.state === "AUTHORIZE") throw memberAuthRequired(ctx, server);
  if (!server.enabled) throw new AppError("server_disabled", `${server.name} is disabled. Enable it first.`);
  if (credential?.status !== "connected")
    throw memberAuthRequired(ctx, server, { endedBecause: credential?.endedBecause ?? null });
}

/** Not waited for: nobody's answer depends on it. */
function touch(ctx: Ctx, { server, credential }: ServerInUse): void {
  if (credential?.lastUsedAt && Date.now() - credential.lastUsedAt.getTime() < 60_000) return;
  inBackground(ctx, rows.touch(ctx.db, keyOf(ctx, server)));
}

function noteCounts(ctx: Ctx, { server, credential }: ServerInUse, counts: CatalogCounts): void {
  const known: Record<string, number | undefined> = credential?.catalogCounts ?? {};
  if (Object.entries(counts).every(([list, count]) => known[list] === count)) return;
  inBackground(ctx, rows.noteCounts(ctx.db, keyOf(ctx, server), counts));
}

const keyOf = (ctx: Ctx, server: Server) => ({
  workspaceId: server.workspaceId,
  serverId: server.id,
  memberId: ctx.member.id,
});

function inBackground(ctx: Ctx, noting: Promise<void>): void {
  noting.catch((error: unknown) => ctx.log.warn({ requestId: ctx.requestId, error }, "not noted"));
}
