import type { ServerChange } from "#src/db/servers.ts";
import type { Ctx } from "#src/services/context.ts";
import { isAdmin } from "#src/services/scopes.ts";
import type { Server } from "#src/services/servers/find.ts";
import type { OAuthInput } from "#src/services/servers/oauth-input.ts";
import type { Warning } from "#src/services/servers/warnings.ts";

/** What belongs to one origin, one way of being authorized, one issuer, or one client there, ends where that changes. */
export type Upheaval = "origin" | "authType" | "issuer" | "client" | null;

export function upheavalOf(
  server: Server,
  { url, authType }: { url?: string; authType?: string },
  { issuer, clientId }: OAuthInput = {},
): Upheaval {
  if (url !== undefined && new URL(url).origin !== new URL(server.url).origin) return "origin";
  if (authType !== undefined && authType !== server.authType) return "authType";
  if (issuer !== undefined && server.issuer !== null && issuer !== server.issuer) return "issuer";
  // One that is entered where there was none leaves those alone that registered themselves before.
  const before = server.oauth.clientId;
  return before !== undefined && clientId !== undefined && clientId !== before ? "client" : null;
}

/** What no longer holds of the server. */
export function forgotten(
  ctx: Ctx,
  server: Server,
  { url }: { url?: string },
  upheaval: Upheaval,
): ServerChange {
  const isOtherUrl = url !== undefined && url !== server.url;
  return {
    ...(isOtherUrl ? { protocolVersion: null, transport: "streamable_http" as const } : {}),
    ...forgottenBy(upheaval, ctx, server),
  };
}

const anew: ServerChange = { state: "REGISTER", enabled: false, registration: null, challenge: [] };
const nowhere: ServerChange = { issuer: null, otherIssuer: null };

function forgottenBy(upheaval: Upheaval, ctx: Ctx, { state }: Server): ServerChange {
  switch (upheaval) {
    case "origin":
      return { ...anew, ...nowhere, serverInfo: null, instructions: null };
    case "authType":
      // At the same place an issuer stays the one it was, by whatever way a member comes back to it.
      return { ...anew, ...(isAdmin(ctx) ? nowhere : {}) };
    case "issuer":
    case "client":
      return { registration: null, ...(state === "READY" ? { state: "AUTHORIZE", enabled: false } : {}) };
    case null:
      return {};
  }
}

/** @param count - how many members lost their connection */
export function warningOf(upheaval: NonNullable<Upheaval>, count: number): Warning {
  const members = count === 1 ? "1 member has" : `${count} members have`;
  switch (upheaval) {
    case "issuer":
      return {
        code: "authorize_again",
        message: `The new authorization server is accepted. ${members} to sign in anew.`,
      };
    case "client":
      return {
        code: "authorize_again",
        message: `Client and secret are replaced: what is not entered of the new one, it has not. ${members} to sign in anew.`,
      };
    default:
      return { code: "set_up_again", message: `Enable the server again. ${members} to connect anew.` };
  }
}
