import { Elysia } from "elysia";
import type { Asking } from "#src/http/asking.ts";
import { formIn } from "#src/http/page-form.ts";
import { idOf, ServerParams } from "#src/http/params.ts";
import { newCall, runCall } from "#src/pages/catalog/call.ts";
import { itemNamed, listing } from "#src/pages/catalog/listing.ts";
import { statusOfTurn } from "#src/pages/catalog/turn.ts";
import { type Asked, frameOf } from "#src/pages/servers/frame.ts";
import { inPlace } from "#src/pages/servers/in-place.ts";
import { show } from "#src/pages/show.ts";
import * as catalog from "#src/services/catalog.ts";
import type { Ctx } from "#src/services/context.ts";
import { type Tool, toolOf } from "#views/catalog/said.ts";
import { type ToolCall, ToolPage } from "#views/catalog/tool.tsx";
import { ToolsPage } from "#views/catalog/tools.tsx";

export const toolsPages = (asking: Asking) =>
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

    .get("/call", (asked) => showTool(asked, async (_, tool, as) => newCall(tool, as)), {
      member: "apps:read",
      params: ServerParams,
    })

    .post(
      "/call",
      ({ body, ...asked }) =>
        showTool(asked, (ctx, tool, as) =>
          runCall({ ctx, serverId: idOf(asked.params.server_id), tool }, formIn(body), as),
        ),
      { member: "apps:write", params: ServerParams },
    );

/** @throws {AppError} `not_found` for a tool that the server does not list */
async function showTool(
  asked: Asked,
  callOf: (ctx: Ctx, tool: Tool, as: string | null) => Promise<ToolCall>,
): Promise<Response> {
  const { ctx, params, request } = asked;
  const query = new URL(request.url).searchParams;
  const found = await inPlace(ctx, async () => {
    const { tools } = await catalog.tools(ctx, idOf(params.server_id));
    return itemNamed(tools, query.get("name") ?? "", toolOf);
  });
  const tool = found.done;
  const call = tool && (await callOf(ctx, tool, query.get("as")));
  const trouble = found.trouble ?? call?.trouble ?? null;
  return show(<ToolPage {...await frameOf(asked)} tool={tool} call={call} trouble={trouble} />, {
    status: statusOfTurn({ refused: call?.refused ?? null, trouble }),
  });
}
