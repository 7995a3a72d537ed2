import { Elysia } from "elysia";
import { AppError } from "#src/errors.ts";
import type { Asking } from "#src/http/asking.ts";
import { WorkspaceParams } from "#src/http/params.ts";
import { filterIn, listInputOf } from "#src/pages/servers/filter.ts";
import { watch } from "#src/pages/servers/watch.tsx";
import { shellOf } from "#src/pages/shell.ts";
import { show } from "#src/pages/show.ts";
import { standing } from "#src/services/changes.ts";
import type { Ctx } from "#src/services/context.ts";
import * as servers from "#src/services/servers/index.ts";
import { renderPart } from "#views/render.ts";
import { ServerCounts, type ServerFilter } from "#views/servers/filter.tsx";
import { GoneRow, ServersPage } from "#views/servers/list.tsx";
import { NeedsBanner } from "#views/servers/needs.tsx";
import { serversPath } from "#views/servers/paths.ts";
import { ServerRow } from "#views/servers/row.tsx";

export const serverListPages = (asking: Asking) =>
  new Elysia({ name: "pages.servers.list", prefix: "/w/:workspace_uuid/servers" })
    .use(asking)

    .get(
      "/",
      async ({ ctx, request, set }) => {
        const filter = filterIn(new URL(request.url).searchParams);
        // Read first: what changes from here on is told by the stream.
        const { mark } = await standing(ctx);
        const [list, counts, needs, shell] = await Promise.all([
          servers.listWatched(ctx, listInputOf(filter)),
          servers.countByStatus(ctx, filter.q || null),
          servers.needs(ctx, filter.q || null),
          shellOf({ ctx, request, set }),
        ]);
        return show(
          <ServersPage
            shell={shell}
            path={serversPath(ctx.member.workspaceId)}
            filter={filter}
            servers={list}
            counts={counts}
            needs={needs}
            mayAdd={ctx.member.scopes.includes("apps:write")}
            mark={mark}
          />,
        );
      },
      { member: "apps:read", params: WorkspaceParams },
    )

    .get(
      "/live",
      async ({ ctx, request }) => {
        const filter = filterIn(new URL(request.url).searchParams);
        let { newestId } = await standing(ctx);
        return watch(
          { ctx, request },
          {
            concerns: () => true,
            render: async (now, ids) => {
              const isKnown = ids !== null && ids.every((id) => id <= newestId);
              newestId = Math.max(newestId, ...(ids ?? []));
              return isKnown ? await changedParts(now, filter, ids) : null;
            },
          },
        );
      },
      { member: "apps:read", params: WorkspaceParams },
    );

/** The rows themselves, in a table as rows are read nowhere else, and what is said above them of all. */
async function changedParts(ctx: Ctx, filter: ServerFilter, ids: number[]): Promise<string> {
  const path = serversPath(ctx.member.workspaceId);
  const rows = await Promise.all(ids.map((id) => rowOf(ctx, id)));
  const counts = await servers.countByStatus(ctx, filter.q || null);
  const needs = await servers.needs(ctx, filter.q || null);
  return renderPart(
    <>
      <table>
        <tbody>{rows}</tbody>
      </table>
      <ServerCounts path={path} filter={filter} counts={counts} needs={needs.total} outOfBand />
      <NeedsBanner path={path} needs={needs} isShown={filter.status === "mine"} outOfBand />
    </>,
  );
}

async function rowOf(ctx: Ctx, id: number) {
  try {
    return <ServerRow server={await servers.getWatched(ctx, id)} outOfBand />;
  } catch (failure) {
    if (failure instanceof AppError && failure.reason === "not_found") return <GoneRow id={id} />;
    throw failure;
  }
}
