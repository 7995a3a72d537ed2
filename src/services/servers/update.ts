import { invalid, notFound } from "#src/errors.ts";
import * as leases from "#src/db/credential-leases.ts";
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
import { requireScope } from "#src/services/scopes.ts";
import { taken } from "#src/services/servers/create.ts";
import { checkEgress } from "#src/services/servers/egress.ts";
import { differenceFrom } from "#src/services/servers/difference.ts";
import { find, get, type Server } from "#src/services/servers/find.ts";
import { columnsOf, requireAdminForOAuth, type ServerInput } from "#src/services/servers/input.ts";
import { entersClient, issuerOfClient } from "#src/services/servers/issuer-of-client.ts";
import {
  checkOAuth,
  type OAuthInput,
  secretOf,
  settingsOf,
  withoutClient,
} from "#src/services/servers/oauth-input.ts";
import type { McpServer } from "#src/services/servers/present.ts";
import { forgotten, type Upheaval, upheavalOf, warningOf } from "#src/services/servers/upheaval.ts";
import { issuerUnknown, type Warning } from "#src/services/servers/warnings.ts";

/**
 * Changes what was given and keeps the rest, a secret that is left blank included. Where everything is as it was asked for,
 * nothing happens.
 *
 * Where origin, `authType`, issuer or a client that was entered change, members' credentials are dropped, and the answer
 * says so.
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
  const url = columns.url ?? server.url;
  const asked = {
    ...columns,
    ...forgotten(ctx, server, columns, upheaval),
    ...oauthColumns(ctx, { ...server, url }, input.oauth, upheaval),
  };
  const { oauth = server.oauth, issuer = server.issuer } = asked;
  const pin = await pinFor(ctx, { url, oauth, issuer }, input.oauth);
  const change = differenceFrom(server, { ...asked, ...pin.change });
  if (!change) return { ...(await get(ctx, id)), warnings: pin.warnings };
  const count = await apply(ctx, server, change, upheaval);
  ctx.pool.drop(poolPrefix(server));
  if (upheaval === "origin") await replaceIcon(ctx, server);
  const warnings = [...(upheaval === null ? [] : [warningOf(upheaval, count)]), ...pin.warnings];
  return { ...(await get(ctx, id)), warnings };
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

/** Whom members' credentials come from, an admin accepts but does not make up. */
function requireKnownIssuer(server: Server, { issuer }: OAuthInput = {}): void {
  // Before anybody signed in there it is a choice, and not yet a fact.
  if (issuer === undefined || server.issuer === null || server.state === "REGISTER") return;
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
    oauth: settingsOf(settingsThatStay(server.oauth, upheaval), oauth ?? {}),
    ...(upheaval === null ? {} : { oauthSecret: null }),
    ...secretOf(ctx, server, oauth ?? {}),
    ...(issuer === undefined ? {} : { issuer, otherIssuer: null }),
  };
}

function settingsThatStay(oauth: Server["oauth"], upheaval: Upheaval): Server["oauth"] {
  if (upheaval === null) return oauth;
  // Whether an issuer may be silent about PKCE was decided for the issuer, whichever client we are there.
  const { allowMissingPkceMetadata } = upheaval === "client" ? oauth : {};
  return {
    ...withoutClient(oauth),
    ...(allowMissingPkceMetadata === undefined ? {} : { allowMissingPkceMetadata }),
  };
}

/** A client that is entered belongs to the issuer that the server has, or names now. */
async function pinFor(
  ctx: Ctx,
  { url, oauth, issuer: known }: Pick<Server, "url" | "oauth" | "issuer">,
  input: OAuthInput | undefined,
): Promise<{ change: rows.ServerChange; warnings: Warning[] }> {
  if (known !== null || !entersClient(input)) return { change: {}, warnings: [] };
  const issuer = await issuerOfClient(ctx, url, oauth);
  return issuer === null ? { change: {}, warnings: [issuerUnknown] } : { change: { issuer }, warnings: [] };
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
        if (change.oauth !== undefined || change.oauthSecret !== undefined)
          await leases.tryAgain(tx, workspaceId, id);
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
