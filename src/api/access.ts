import { Elysia, t } from "elysia";
import { Access } from "#src/api/schemas.ts";
import { AccessList } from "#src/api/server-schemas.ts";
import type { Asking } from "#src/http/asking.ts";
import { documented } from "#src/http/documented.ts";
import { Body, idOf, ServerParams, Whole } from "#src/http/params.ts";
import * as access from "#src/services/access.ts";

const example = { access: "restricted", memberIds: [2, 5] };

export const accessApi = (asking: Asking) =>
  new Elysia({ name: "api.access", prefix: "/api/v2/w/:workspace_uuid/mcp-servers/:server_id/access" })
    .use(asking)

    .get("/", ({ ctx, params }) => access.get(ctx, idOf(params.server_id)), {
      member: "apps:admin",
      params: ServerParams,
      ...documented({
        id: "getMcpServerAccess",
        tag: "MCP servers",
        scope: "apps:admin",
        summary: "See who may use an MCP server.",
        answer: { schema: AccessList },
        example,
      }),
    })

    .put("/", ({ ctx, params, body }) => access.set(ctx, idOf(params.server_id), body), {
      member: "apps:admin",
      params: ServerParams,
      body: Body({
        access: Access,
        memberIds: t.Optional(t.Array(Whole({ minimum: 1, maximum: 2_147_483_647 }), { maxItems: 10_000 })),
      }),
      ...documented({
        id: "setMcpServerAccess",
        bodyExample: { access: "restricted", memberIds: [2, 5] },
        tag: "MCP servers",
        scope: "apps:admin",
        summary: "Say who may use an MCP server.",
        description:
          "A restricted server is there only for its chosen members and for those who hold `apps:admin`. Whoever loses access loses the connection.",
        answer: { schema: AccessList },
        example,
      }),
    });
