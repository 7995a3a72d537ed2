import { Elysia } from "elysia";
import type { Asking } from "#src/http/asking.ts";
import { WorkspaceParams } from "#src/http/params.ts";
import { shellOf } from "#src/pages/shell.ts";
import { show } from "#src/pages/show.ts";
import type { Ctx } from "#src/services/context.ts";
import { search } from "#src/services/directory.ts";
import * as servers from "#src/services/servers/index.ts";
import { DirectoryPage } from "#views/servers/new/directory.tsx";
import { serversPath } from "#views/servers/paths.ts";

/** Well-known public servers, to be added by a click. */
export const directoryPages = (asking: Asking) =>
  new Elysia({ name: "pages.servers.directory", prefix: "/w/:workspace_uuid/servers" }).use(asking).get(
    "/directory",
    async ({ ctx, request, set }) => {
      const q = (new URL(request.url).searchParams.get("q") ?? "").slice(0, 100);
      return show(
        <DirectoryPage
          shell={await shellOf({ ctx, request, set })}
          path={serversPath(ctx.member.workspaceId)}
          q={q}
          entries={search(q)}
          present={await presentServers(ctx)}
        />,
      );
    },
    { member: "apps:write", params: WorkspaceParams },
  );

/** The workspace's servers by their URL, as far as this member sees them. */
async function presentServers(ctx: Ctx): Promise<Map<string, number>> {
  const { items } = await servers.list(ctx, {
    sortBy: "name",
    sortOrder: "asc",
    q: null,
    state: null,
    enabled: null,
    limit: 200,
    cursor: null,
  });
  return new Map(items.map(({ url, id }) => [url, id]));
}
