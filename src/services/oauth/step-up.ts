import { AppError } from "#src/errors.ts";
import * as rows from "#src/db/credentials.ts";
import type { McpError } from "#src/mcp/errors.ts";
import { bearerChallenge } from "#src/oauth/challenge.ts";
import { maxScopes, parseScope, union, withinCeiling } from "#src/oauth/scopes.ts";
import { announce } from "#src/services/changes.ts";
import type { Ctx } from "#src/services/context.ts";
import { authFields, memberAuthRequired } from "#src/services/member-auth.ts";
import { discover } from "#src/services/oauth/discover.ts";
import { keyOf } from "#src/services/oauth/grants.ts";
import type { Server } from "#src/services/servers/find.ts";

const maxAttempts = 3;
const mostShown = 5;

type Attempts = rows.CredentialRow["stepUps"];

/**
 * The server wants more scopes than the member granted (RFC 6750 §3.1, MCP step-up). What it wants is kept, so that the
 * next authorization asks for the union of old and new.
 *
 * A server that still is not content after three such authorizations, or wants what an admin ruled out, is a failure that
 * another authorization would not mend.
 */
export async function stepUp(ctx: Ctx, server: Server, failure: McpError): Promise<AppError> {
  const key = keyOf(server, ctx.member.id);
  const credential = await rows.find(ctx.db, key);
  if (!credential) return memberAuthRequired(ctx, server, { cause: failure });

  const asked = await scopesAsked(ctx, server, credential, failure);
  const ruledOut = asked.filter(
    (scope) => withinCeiling([scope], server.oauth.scopeCeiling ?? null).length === 0,
  );
  if (asked.length === 0) return given(server, "it does not say what", failure);
  if (ruledOut.length > 0) return given(server, `an admin has ruled out ${namesOf(ruledOut)}`, failure);
  if (asked.every((scope) => attemptsAt(credential.stepUps, scope) >= maxAttempts))
    return given(
      server,
      `${maxAttempts} sign-ins that asked for ${namesOf(asked)} were in vain. To begin anew, disconnect first`,
      failure,
    );

  await rows.want(ctx.db, key, union(credential.wantedScopes, asked).slice(0, maxScopes));
  await announce(ctx, server);
  return new AppError(
    "member_auth_required",
    `${server.name} wants you to allow ${namesOf(asked)}. Open authorizeUrl in a browser.`,
    { fields: authFields(ctx, server), cause: failure },
  );
}

/**
 * After an authorization. One that was no step-up begins to count anew, and is itself the first that asked for its scopes.
 *
 * @param asked - the scopes that it asked for
 */
export function countStepUps(
  credential: Pick<rows.CredentialRow, "wantedScopes" | "stepUps"> | null,
  asked: readonly string[],
): Attempts {
  const { wantedScopes, stepUps: before } =
    credential && credential.wantedScopes.length > 0 ? credential : { wantedScopes: asked, stepUps: {} };
  const counted = wantedScopes.map((scope) => [scope, attemptsAt(before, scope) + 1] as const);
  const others = Object.entries(before).filter(([scope]) => !wantedScopes.includes(scope));
  return Object.fromEntries([...counted, ...others].slice(0, maxScopes));
}

/** A server may call a scope `__proto__`. */
const attemptsAt = (stepUps: Attempts, scope: string): number =>
  Object.hasOwn(stepUps, scope) ? (stepUps[scope] ?? 0) : 0;

/** What the challenge names; where it names nothing, what the server publishes, else what there is: it was not enough. */
async function scopesAsked(
  ctx: Ctx,
  server: Server,
  credential: rows.CredentialRow,
  { challenge }: McpError,
): Promise<string[]> {
  const named = parseScope(bearerChallenge(challenge)?.scope ?? null);
  if (named.length > 0) return named;
  const discovery = await discover(ctx, server, challenge).catch((failure: unknown) => {
    if (failure instanceof AppError && failure.reason !== "issuer_changed") return null;
    throw failure;
  });
  return discovery?.scopes.length ? discovery.scopes : credential.scopes;
}

const namesOf = (scopes: string[]): string =>
  scopes.length > mostShown ? `${scopes.slice(0, mostShown).join(", ")} and more` : scopes.join(", ");

const given = (server: Server, why: string, cause: McpError): AppError =>
  new AppError("upstream_failed", `${server.name} asks for more access than it can get: ${why}.`, {
    fields: { stage: "http" },
    cause,
  });
