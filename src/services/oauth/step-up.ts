import { AppError } from "#src/errors.ts";
import * as rows from "#src/db/credentials.ts";
import type { McpError } from "#src/mcp/errors.ts";
import { bearerChallenge } from "#src/oauth/challenge.ts";
import { parseScope, union, withinCeiling } from "#src/oauth/scopes.ts";
import { announce } from "#src/services/changes.ts";
import type { Ctx } from "#src/services/context.ts";
import { memberAuthRequired } from "#src/services/member-auth.ts";
import { keyOf } from "#src/services/oauth/grants.ts";
import type { Server } from "#src/services/servers/find.ts";

const maxAttempts = 3;

/** Under which a set of scopes is counted: the order in which a server names them says nothing. */
export const stepUpKey = (scopes: readonly string[]): string => [...scopes].sort().join(" ");

/**
 * The server wants more scopes than the member granted (RFC 6750 §3.1, MCP step-up). What it wants is kept, so that the
 * next authorization asks for the union of old and new.
 *
 * A server that still is not content after three such authorizations, or wants what an admin ruled out, is a failure that
 * another authorization would not mend.
 */
export async function stepUp(ctx: Ctx, server: Server, failure: McpError): Promise<AppError> {
  const asked = parseScope(bearerChallenge(failure.challenge)?.scope ?? null);
  const key = keyOf(server, ctx.member.id);
  const credential = await rows.find(ctx.db, key);
  if (!credential) return memberAuthRequired(ctx, server, { cause: failure });

  const ruledOut = asked.filter((scope) => withinCeiling([scope], server.oauth.scopeCeiling ?? null).length === 0);
  if (ruledOut.length > 0) return given(server, `an admin has ruled out ${ruledOut.join(", ")}`, failure);
  if ((credential.stepUps[stepUpKey(asked)] ?? 0) >= maxAttempts)
    return given(server, `it was granted ${asked.join(", ")} ${maxAttempts} times in vain`, failure);

  await rows.want(ctx.db, key, union(credential.wantedScopes, asked));
  await announce(ctx, server);
  return memberAuthRequired(ctx, server, { cause: failure });
}

const given = (server: Server, why: string, cause: McpError): AppError =>
  new AppError("upstream_failed", `${server.name} asks for more access than it can get: ${why}.`, {
    fields: { stage: "http" },
    cause,
  });
