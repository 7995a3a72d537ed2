import { AppError } from "#src/errors.ts";
import { McpError } from "#src/mcp/errors.ts";
import type { Ctx } from "#src/services/context.ts";
import type { Server } from "#src/services/servers/find.ts";

/** Where a member's browser begins to authorize us at an OAuth server: absolute, and for every member the same. */
export const authorizeUrl = (ctx: Pick<Ctx, "settings">, server: Server): string =>
  new URL(`/api/v2/w/${server.workspaceId}/mcp-servers/${server.id}/oauth/authorize`, ctx.settings.publicUrl)
    .href;

/** What the asking member has to do before this server answers them, with all that a client needs to offer it. */
export function memberAuthRequired(ctx: Ctx, server: Server, options: { cause?: unknown } = {}): AppError {
  const fields = authFields(ctx, server);
  const wasRefused = options.cause instanceof McpError && server.authType === "api_key";
  const message = wasRefused
    ? `${server.name} does not accept your key any more: POST another one to its credentials as "secret".`
    : messages[server.authType](server.name);
  return new AppError("member_auth_required", message, { ...options, fields });
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
