import { randomUUID } from "node:crypto";
import { AppError } from "#src/errors.ts";
import { isUniqueViolation } from "#src/db/rows.ts";
import * as rows from "#src/db/servers.ts";
import { audit } from "#src/services/audit-events.ts";
import { announce } from "#src/services/changes.ts";
import { checkAll } from "#src/services/checks.ts";
import type { Ctx } from "#src/services/context.ts";
import { type FirstLook, firstLook } from "#src/services/discovery.ts";
import { requestIcon } from "#src/services/icons.ts";
import { registrationAt } from "#src/services/oauth-discovery.ts";
import { record } from "#src/services/probes.ts";
import { checkEgress } from "#src/services/servers/egress.ts";
import { freeName } from "#src/services/servers/free-name.ts";
import { get, type Server } from "#src/services/servers/find.ts";
import { columnsOf, requireAdminForOAuth, type ServerInput } from "#src/services/servers/input.ts";
import { entersClient } from "#src/services/servers/issuer-of-client.ts";
import { checkOAuth, secretOf, settingsOf } from "#src/services/servers/oauth-input.ts";
import type { McpServer } from "#src/services/servers/present.ts";
import { issuerUnknown, type Warning } from "#src/services/servers/warnings.ts";

export type CreateInput = ServerInput & { url: string; discover?: boolean };

/**
 * Adds a server, after a look at how it wants to be reached (unless told not to).
 *
 * One that cannot be reached is added all the same, as `REGISTER`, with what went wrong in `lastTest`: nothing typed is
 * lost, and it may be down for a moment.
 *
 * @throws {AppError} `invalid`, `url_not_allowed`, `conflict` for a URL or a given name that the workspace has
 */
export async function create(ctx: Ctx, input: CreateInput): Promise<McpServer & { warnings?: Warning[] }> {
  requireAdminForOAuth(ctx, input);
  const checked = checkAll({ columns: () => columnsOf(input), oauth: () => checkOAuth(input.oauth) });
  const { url = "", ...columns } = checked.columns;
  checkEgress(ctx, url);
  if (await rows.hasUrl(ctx.db, ctx.member.workspaceId, url)) throw taken("url");

  const look = input.discover === false ? null : await firstLook(ctx, url);
  const found = look && (await registrationAt(ctx, url, look, settingsOf({}, input.oauth ?? {})));
  // A client that is entered belongs to the issuer that the server names now.
  const issuer = input.oauth?.issuer ?? (entersClient(input.oauth) ? found?.issuer : null) ?? null;
  const server = await insert(
    ctx,
    {
      ...columns,
      url,
      name: columns.name ?? nameOf(url, look),
      authType: columns.authType ?? look?.authType ?? "direct_auth",
      registration: found?.registration ?? null,
      issuer,
      ...oauthColumns(ctx, url, input),
    },
    columns.name !== undefined,
  );

  if (look?.probe.ok === true || look?.authType === null) await record(ctx, server, look.probe);
  await audit(ctx, {
    action: "server.created",
    target: { type: "server", id: server.id, name: server.name },
    details: { url },
  });
  await announce(ctx, server);
  await requestIcon(ctx, server);
  const isOpen = entersClient(input.oauth) && issuer === null;
  return { ...(await get(ctx, server.id)), ...(isOpen ? { warnings: [issuerUnknown] } : {}) };
}

function oauthColumns(ctx: Ctx, url: string, { oauth }: CreateInput): Partial<rows.NewServer> {
  if (oauth === undefined) return {};
  const appUuid = randomUUID();
  const secret = secretOf(ctx, { workspaceId: ctx.member.workspaceId, appUuid, url }, oauth);
  return { appUuid, oauth: settingsOf({}, oauth), ...secret };
}

export const taken = (what: "url" | "name"): AppError =>
  new AppError(
    "conflict",
    what === "url"
      ? "This workspace already has a server with this URL."
      : "This workspace already has a server with this name.",
    {
      fields: { errors: [{ path: `/${what}`, message: "Already taken." }] },
    },
  );

/** A name that was made up gives way to one in use; a name that was chosen does not. */
async function insert(ctx: Ctx, row: rows.NewServer, isChosen: boolean): Promise<Server> {
  const used = isChosen ? new Set<string>() : await rows.namesLike(ctx.db, ctx.member.workspaceId, row.name);
  for (;;) {
    const name = freeName(row.name, used);
    try {
      return await rows.insert(ctx.db, ctx.member.workspaceId, { ...row, name });
    } catch (error) {
      if (isUniqueViolation(error, "servers_url")) throw taken("url");
      if (!isUniqueViolation(error, "servers_name")) throw error;
      if (isChosen) throw taken("name");
      used.add(name.toLowerCase());
    }
  }
}

/** The server's own name, or its host. */
function nameOf(url: string, look: FirstLook | null): string {
  const info = look?.probe.ok ? look.probe.serverInfo : null;
  const name = (info?.title ?? info?.name ?? "").trim();
  return [...(name || new URL(url).host)].slice(0, 80).join("");
}
