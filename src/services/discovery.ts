import { AppError } from "#src/errors.ts";
import type { Probe } from "#src/mcp/probe.ts";
import { wantsOAuth } from "#src/oauth/recognition.ts";
import type { AuthType, Ctx } from "#src/services/context.ts";
import { untilGone } from "#src/services/cut-short.ts";
import { tryTarget } from "#src/services/upstream-calls.ts";

/** What a server answers to somebody it does not know. */
export type FirstLook = {
  probe: Probe;
  /** How it wants members to be authorized; null where it could not be reached, so nothing is known. */
  authType: AuthType | null;
};

/**
 * Knocks at a server without any credential, to find out by itself how it wants to be reached.
 *
 * @throws {AppError} `url_not_allowed` where our own egress policy forbids the address; `rate_limited`, `cancelled`
 */
export async function firstLook(ctx: Ctx, url: string): Promise<FirstLook> {
  const result = await knock(ctx, { id: 0, url });
  if (result.ok) return { probe: result, authType: "direct_auth" };
  if (result.error.kind === "refused")
    throw new AppError("url_not_allowed", result.error.message, {
      fields: { stage: result.error.stage },
      cause: result.error,
    });
  if (result.error.kind !== "unauthorized") return { probe: result, authType: null };
  const isOAuth = await untilGone(ctx, wantsOAuth(ctx.fetch, url, result.error.challenge, ctx.signal));
  return { probe: result, authType: isOAuth ? "oauth" : "api_key" };
}

/** Tries a server as somebody without any credential reaches it. Nothing of it is kept. */
export function knock(ctx: Ctx, server: { id: number; url: string }): Promise<Probe> {
  const { id: memberId, workspaceId } = ctx.member;
  return tryTarget(ctx, {
    key: `${workspaceId}/${server.id}/nobody`,
    workspaceId,
    memberId,
    serverId: server.id,
    url: server.url,
    known: { transport: "streamable_http", protocolVersion: null },
    authorization: { headers: async () => ({}) },
  });
}
