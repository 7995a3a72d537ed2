import { Elysia } from "elysia";
import type { Asking } from "#src/http/asking.ts";
import { formIn } from "#src/http/page-form.ts";
import { idOf, ServerParams } from "#src/http/params.ts";
import { callBy, newCall, type Target } from "#src/pages/catalog/call.ts";
import { itemNamed, listing } from "#src/pages/catalog/listing.ts";
import type { Runs } from "#src/pages/catalog/runs.ts";
import { statusOfTurn } from "#src/pages/catalog/turn.ts";
import { type Asked, frameOf } from "#src/pages/servers/frame.ts";
import { inPlace } from "#src/pages/servers/in-place.ts";
import { show } from "#src/pages/show.ts";
import * as catalog from "#src/services/catalog.ts";
import type { Ctx } from "#src/services/context.ts";
import { toolOf } from "#views/catalog/said.ts";
import { type ToolCall, ToolPage } from "#views/catalog/tool.tsx";
import { ToolsPage } from "#views/catalog/tools.tsx";

export const toolsPages = (asking: Asking, runs: Runs) =>
  new Elysia({ name: "pages.catalog.tools", prefix: "/w/:workspace_uuid/servers/:server_id/tools" })
    .use(asking)

    .get(
      "/",
      async (asked) => {
        const { frame, q, items, trouble, status } = await listing(asked, {
          fetch: catalog.tools,
          itemsIn: (said) => said.tools,
          read: toolOf,
          textOf: ({ name, title, description }) => `${name} ${title} ${description}`,
        });
        return show(<ToolsPage {...frame} q={q} tools={items} trouble={trouble} />, { status });
      },
      { member: "apps:read", params: ServerParams },
    )

    .get("/call", (asked) => showTool(asked, newCall), {
      member: "apps:read",
      params: ServerParams,
    })

    .post("/call", ({ body, ...asked }) => showTool(asked, callBy(formIn(body), runs)), {
      member: "apps:write",
      params: ServerParams,
    });

/**
 * Of two clicks without script the browser gives the first up, and the second waits for what comes of it: only script, which
 * has a button for it, ends a call by going away.
 */
const toRun = ({ ctx, request }: Asked): Ctx =>
  request.headers.has("hx-request") ? ctx : { ...ctx, signal: new AbortController().signal };

/** @throws {AppError} `not_found` for a tool that the server does not list */
async function showTool(
  asked: Asked,
  callOf: (target: Target, as: string | null) => ToolCall | Promise<ToolCall>,
): Promise<Response> {
  const { ctx, params, request } = asked;
  const query = new URL(request.url).searchParams;
  const serverId = idOf(params.server_id);
  const found = await inPlace(ctx, async () => {
    const { tools } = await catalog.tools(ctx, serverId);
    return itemNamed(tools, query.get("name") ?? "", toolOf);
  });
  const tool = found.done;
  const call = tool && (await callOf({ ctx: toRun(asked), serverId, tool }, query.get("as")));
  const trouble = found.trouble ?? call?.trouble ?? null;
  return show(<ToolPage {...await frameOf(asked)} tool={tool} call={call} trouble={trouble} />, {
    status: statusOfTurn({ refused: call?.refused ?? null, trouble }),
  });
}
