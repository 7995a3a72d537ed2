import { invalid, notFound } from "#src/errors.ts";
import * as credentialRows from "#src/db/credentials.ts";
import * as clientRows from "#src/db/oauth-clients.ts";
import * as flowRows from "#src/db/oauth-flows.ts";
import { isUniqueViolation } from "#src/db/rows.ts";
import * as rows from "#src/db/servers.ts";
import { audit } from "#src/services/audit-events.ts";
import { checkAll } from "#src/services/checks.ts";
import type { Ctx } from "#src/services/context.ts";
import { dropCredentials } from "#src/services/credential-drops.ts";
import { replaceIcon } from "#src/services/icons.ts";
import { poolPrefix } from "#src/services/pool-keys.ts";
import { isAdmin, requireScope } from "#src/services/scopes.ts";
import { taken } from "#src/services/servers/create.ts";
import { checkEgress } from "#src/services/servers/egress.ts";
import { differenceFrom } from "#src/services/servers/difference.ts";
import { find, get, type Server } from "#src/services/servers/find.ts";
import { columnsOf, requireAdminForOAuth, type ServerInput } from "#src/services/servers/input.ts";
import {
  checkOAuth,
  type OAuthInput,
  secretOf,
  settingsOf,
  withoutClient,
} from "#src/services/servers/oauth-input.ts";
import type { McpServer } from "#src/services/servers/present.ts";

/** What an edit took away, said aloud. */
export type Warning = { code: "set_up_again" | "authorize_again"; message: string };

/** What belongs to one origin, one way of being authorized, or one issuer, ends where that changes. */
type Upheaval = "origin" | "authType" | "issuer" | null;

/**
 * Changes what was given and keeps the rest, a secret that is left blank included. Where everything is as it was asked for,
 * nothing happens.
 *
 * Where origin, `authType` or issuer change, members' credentials are dropped, and the answer says so.
 *
 * @throws {AppError} `not_found`, `invalid`, `url_not_allowed`, `conflict`, `insufficient_scope`
 */
export async function update(
  ctx: Ctx,
  id: number,
  input: ServerInput,
): Promise<McpServer & { warnings: Warning[] }> {
  requireAdminForOAuth(ctx, input);
  const { server } = await find(ctx, id);
  const { columns } = checkAll({
    columns: () => columnsOf(input),
    oauth: () => checkOAuth(input.oauth),
    issuer: () => requireKnownIssuer(server, input.oauth),
  });
  if (columns.url !== undefined) checkEgress(ctx, columns.url);

  const upheaval = upheavalOf(server, columns, input.oauth);
  if (upheaval !== null) requireAdminWhilePaused(ctx, server);
  const change = differenceFrom(server, {
    ...columns,
    ...forgotten(ctx, server, columns, upheaval),
    ...oauthColumns(ctx, { ...server, url: columns.url ?? server.url }, input.oauth, upheaval),
  });
  if (!change) return { ...(await get(ctx, id)), warnings: [] };
  const count = await apply(ctx, server, change, upheaval);
  ctx.pool.drop(poolPrefix(server));
  if (upheaval === "origin") await replaceIcon(ctx, server);
  return { ...(await get(ctx, id)), warnings: upheaval === null ? [] : [warningOf(upheaval, count)] };
}

function upheavalOf(
  server: Server,
  { url, authType }: { url?: string; authType?: string },
  oauth?: OAuthInput,
): Upheaval {
  if (url !== undefined && new URL(url).origin !== new URL(server.url).origin) return "origin";
  if (authType !== undefined && authType !== server.authType) return "authType";
  return oauth?.issuer !== undefined && server.issuer !== null && oauth.issuer !== server.issuer
    ? "issuer"
    : null;
}

/** A way around the pause would be a way to accept the other issuer. @throws {AppError} `insufficient_scope` */
function requireAdminWhilePaused(ctx: Ctx, server: Server): void {
  if (server.otherIssuer === null) return;
  requireScope(
    ctx.member,
    "apps:admin",
    `${server.name} is paused, because it names another authorization server. Until an admin has looked at that, only admins change where it is and how members connect to it.`,
  );
}

/** What no longer holds of the server. */
function forgotten(
  ctx: Ctx,
  server: Server,
  { url }: { url?: string },
  upheaval: Upheaval,
): rows.ServerChange {
  const isOtherUrl = url !== undefined && url !== server.url;
  const anew: rows.ServerChange = { state: "REGISTER", enabled: false, registration: null, challenge: [] };
  const anywhere: rows.ServerChange = { issuer: null, otherIssuer: null };
  return {
    ...(isOtherUrl ? { protocolVersion: null, transport: "streamable_http" as const } : {}),
    ...(upheaval === "origin" ? { ...anew, ...anywhere, serverInfo: null, instructions: null } : {}),
    // At the same place an issuer stays the one it was, by whatever way a member comes back to it.
    ...(upheaval === "authType" ? { ...anew, ...(isAdmin(ctx) ? anywhere : {}) } : {}),
    ...(upheaval === "issuer" ? { registration: null } : {}),
    ...(upheaval === "issuer" && server.state === "READY"
      ? { state: "AUTHORIZE" as const, enabled: false }
      : {}),
  };
}

/** Whom members' credentials come from, an admin accepts but does not make up. */
function requireKnownIssuer(server: Server, { issuer }: OAuthInput = {}): void {
  if (issuer === undefined || server.issuer === null) return;
  if (issuer !== server.issuer && issuer !== server.otherIssuer)
    throw invalid("/oauth/issuer", "The server's metadata does not name this issuer.");
}

/** A client that was entered, and trust in an issuer, were meant for the place that the server had then. */
function oauthColumns(
  ctx: Ctx,
  server: Server,
  oauth: OAuthInput | undefined,
  upheaval: Upheaval,
): rows.ServerChange {
  if (oauth === undefined && upheaval === null) return {};
  const { issuer } = oauth ?? {};
  return {
    oauth: settingsOf(upheaval === null ? server.oauth : withoutClient(server.oauth), oauth ?? {}),
    ...(upheaval === null ? {} : { oauthSecret: null }),
    ...secretOf(ctx, server, oauth ?? {}),
    ...(issuer === undefined ? {} : { issuer, otherIssuer: null }),
  };
}

/** @returns how many members lost their connection */
async function apply(
  ctx: Ctx,
  server: Server,
  change: rows.ServerChange,
  upheaval: Upheaval,
): Promise<number> {
  const { workspaceId, id } = server;
  try {
    const { dropped } = await dropCredentials(
      ctx,
      server,
      async (tx) => (upheaval === null ? [] : credentialRows.removeOfServer(tx, workspaceId, id)),
      async (tx) => {
        if (upheaval !== null) {
          await clientRows.removeOfServer(tx, workspaceId, id);
          await flowRows.removeOfServer(tx, workspaceId, id);
        }
        if (!(await rows.update(tx, workspaceId, id, change))) throw notFound();
        await audit(
          { ...ctx, db: tx },
          {
            action: "server.updated",
            target: { type: "server", id, name: change.name ?? server.name },
            details: { fields: Object.keys(change) },
          },
        );
      },
    );
    return dropped.length;
  } catch (error) {
    if (isUniqueViolation(error, "servers_url")) throw taken("url");
    if (isUniqueViolation(error, "servers_name")) throw taken("name");
    throw error;
  }
}

function warningOf(upheaval: NonNullable<Upheaval>, count: number): Warning {
  const members = count === 1 ? "1 member has" : `${count} members have`;
  return upheaval === "issuer"
    ? {
        code: "authorize_again",
        message: `The new authorization server is accepted. ${members} to sign in anew.`,
      }
    : { code: "set_up_again", message: `Enable the server again. ${members} to connect anew.` };
}
