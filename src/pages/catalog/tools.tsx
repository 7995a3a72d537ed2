import { Elysia } from "elysia";
import { notFound } from "#src/errors.ts";
import type { Asking } from "#src/http/asking.ts";
import { statusOf } from "#src/http/errors.ts";
import { formIn } from "#src/http/page-form.ts";
import { idOf, ServerParams } from "#src/http/params.ts";
import { newCall, runCall } from "#src/pages/catalog/call.ts";
import { listed, wantedIn } from "#src/pages/catalog/listing.ts";
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
        const { ctx, params, request } = asked;
        const wanted = wantedIn(request);
        const { done, trouble, status } = await inPlace(ctx, () =>
          catalog.tools(ctx, idOf(params.server_id)),
        );
        const tools =
          done &&
          listed(
            done.tools,
            { read: toolOf, textOf: ({ name, title, description }) => `${name} ${title} ${description}` },
            { ...wanted, isTruncated: done.truncated ?? false },
          );
        return show(<ToolsPage {...await frameOf(asked)} q={wanted.q} tools={tools} trouble={trouble} />, {
          status,
        });
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
  const name = query.get("name") ?? "";
  const found = await inPlace(ctx, () => toolNamed(ctx, idOf(params.server_id), name));
  const tool = found.done;
  const call = tool ? await callOf(ctx, tool, query.get("as")) : null;
  const trouble = found.trouble ?? call?.trouble ?? null;
  return show(<ToolPage {...await frameOf(asked)} tool={tool} call={call} trouble={trouble} />, {
    status: call?.refused ? 422 : trouble ? statusOf[trouble.code] : 200,
  });
}

async function toolNamed(ctx: Ctx, serverId: number, name: string): Promise<Tool> {
  const { tools } = await catalog.tools(ctx, serverId);
  const said = tools.find((one) => one["name"] === name);
  const tool = said && toolOf(said);
  if (!tool) throw notFound();
  return tool;
}
