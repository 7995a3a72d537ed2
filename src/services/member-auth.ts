import type { GrantEnd } from "#src/db/schema.ts";
import { AppError } from "#src/errors.ts";
import { McpError } from "#src/mcp/errors.ts";
import type { Ctx } from "#src/services/context.ts";
import { endingOf } from "#src/services/oauth/grant-ends.ts";
import { GrantEnded } from "#src/services/oauth/grants.ts";
import type { Server } from "#src/services/servers/find.ts";

/** Where a member's browser begins to authorize us at an OAuth server: absolute, and for every member the same. */
export const authorizeUrl = (ctx: Pick<Ctx, "settings">, server: Server): string =>
  new URL(`/api/v2/w/${server.workspaceId}/mcp-servers/${server.id}/oauth/authorize`, ctx.settings.publicUrl)
    .href;

/**
 * What the asking member has to do before this server answers them, with all that a client needs to offer it, and why,
 * where they had signed in before.
 */
export function memberAuthRequired(
  ctx: Ctx,
  server: Server,
  { cause, endedBecause = null }: { cause?: unknown; endedBecause?: GrantEnd | null } = {},
): AppError {
  const reason = cause instanceof GrantEnded ? cause.reason : endedBecause;
  if (reason !== null && server.authType === "oauth")
    return new AppError(
      "member_auth_required",
      `${endingOf(server.name, reason)} Open authorizeUrl in a browser to sign in again.`,
      { fields: { ...authFields(ctx, server), reason }, cause },
    );
  const wasRefused = cause instanceof McpError && server.authType === "api_key";
  const message = wasRefused
    ? `${server.name} does not accept your key any more: POST another one to its credentials as "secret".`
    : messages[server.authType](server.name);
  return new AppError("member_auth_required", message, { fields: authFields(ctx, server), cause });
}

/** The same for what only a member's sign-in can take further. */
export const authorizationRequired = (ctx: Pick<Ctx, "settings">, server: Server): AppError =>
  new AppError("authorization_required", messages.oauth(server.name), {
    fields: { authType: "oauth", authorizeUrl: authorizeUrl(ctx, server) },
  });

export const authFields = (ctx: Pick<Ctx, "settings">, server: Server) =>
  server.authType === "oauth"
    ? { authType: server.authType, authorizeUrl: authorizeUrl(ctx, server) }
    : { authType: server.authType, appUuid: server.appUuid };

const messages = {
  oauth: (name: string) => `${name} asks you to sign in. Open authorizeUrl in a browser.`,
  direct_auth: (name: string) => `Connect yourself to ${name} first: POST to its credentials.`,
  api_key: (name: string) => `${name} asks for a key of yours: POST it to its credentials as "secret".`,
};
