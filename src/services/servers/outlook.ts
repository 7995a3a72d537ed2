import { notFound } from "#src/errors.ts";
import * as rows from "#src/db/server-outlook.ts";
import type { CatalogCounts, Refusal } from "#src/db/schema.ts";
import type { Need, ServerStatus } from "#src/db/server-status.ts";
import type { Ctx } from "#src/services/context.ts";
import { endingOf } from "#src/services/oauth/grant-ends.ts";
import type { Page } from "#src/services/paging.ts";
import { isAdmin } from "#src/services/scopes.ts";
import { get, viewerOf } from "#src/services/servers/find.ts";
import { list, type ListInput } from "#src/services/servers/list.ts";
import type { McpServer } from "#src/services/servers/present.ts";

export { serverStatuses } from "#src/db/server-status.ts";
export type { CatalogCounts, Need, ServerStatus };

/** How a server does, and what it wants of the asking member. */
export type Outlook = {
  status: ServerStatus;
  failingSince: string | null;
  /** Null where there is nothing to do, or the asking member may not do it. */
  need: Need | null;
  /** Of the members who are connected, the first few. */
  connectedNames: string[];
  /** As last seen by the asking member. */
  counts: CatalogCounts;
  /** Somebody has to register our OAuth client by hand, and has not yet. */
  lacksClient: boolean;
  /** For admins: what its token endpoint refuses to renew sign-ins with; null where it does not. */
  refusal: Refusal | null;
  /** Why the asking member's sign-in is over, in words; null where it is not. */
  ending: string | null;
  /** Where members sign in; null until it was found out. */
  issuer: string | null;
  /** The scopes that it asks of the asking member beyond those that they gave. */
  wantedScopes: string[];
};

export type WatchedServer = McpServer & Outlook;

/** What the servers want of the asking member: the most urgent by name, and how many there are. */
export type Needs = { total: number; first: { id: number; name: string; need: Need }[] };

const namedNeeds = 3;

/** @throws {AppError} `bad_request` for a cursor that is none of this order's */
export async function listWatched(ctx: Ctx, input: ListInput): Promise<Page<WatchedServer>> {
  const page = await list(ctx, input);
  return { ...page, items: await withOutlook(ctx, page.items) };
}

/** @throws {AppError} `not_found` */
export async function getWatched(ctx: Ctx, id: number): Promise<WatchedServer> {
  const [watched] = await withOutlook(ctx, [await get(ctx, id)]);
  if (!watched) throw notFound();
  return watched;
}

/** @param q - counts those that a search finds; null counts all */
export async function countByStatus(ctx: Ctx, q: string | null): Promise<Record<ServerStatus, number>> {
  const none = { ready: 0, failing: 0, needs_set_up: 0, needs_authorization: 0, disabled: 0 };
  const counted = await rows.countByStatus(ctx.db, viewerOf(ctx), q);
  return { ...none, ...Object.fromEntries(counted.map(({ status, count }) => [status, count])) };
}

export async function needs(ctx: Ctx, q: string | null): Promise<Needs> {
  if (!canAct(ctx)) return { total: 0, first: [] };
  const found = await rows.needing(ctx.db, viewerOf(ctx), q, namedNeeds);
  return { total: found[0]?.total ?? 0, first: found.map(({ id, name, need }) => ({ id, name, need })) };
}

/** Between reading a server and its outlook it may be deleted: then it is left out. */
async function withOutlook(ctx: Ctx, servers: McpServer[]): Promise<WatchedServer[]> {
  if (servers.length === 0) return [];
  const found = await rows.ofServers(
    ctx.db,
    viewerOf(ctx),
    servers.map(({ id }) => id),
  );
  const byId = new Map(found.map((row) => [row.id, row]));
  return servers.flatMap((server) => {
    const row = byId.get(server.id);
    if (!row) return [];
    const { status, failingSince, connectedNames, counts, lacksClient, issuer, refusal, endedBecause } = row;
    return [
      {
        ...server,
        status,
        failingSince,
        connectedNames,
        need: canAct(ctx) ? row.need : null,
        counts: counts ?? {},
        lacksClient,
        refusal: isAdmin(ctx) ? refusal : null,
        ending: endedBecause && endingOf(server.name, endedBecause),
        issuer,
        wantedScopes: (row.wantedScopes ?? []).filter((scope) => !row.scopes?.includes(scope)),
      },
    ];
  });
}

const canAct = (ctx: Ctx): boolean => ctx.member.scopes.includes("apps:write");
