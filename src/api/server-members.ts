import { Elysia, t } from "elysia";
import { Disconnected, McpServerMember } from "#src/api/server-schemas.ts";
import type { Asking } from "#src/http/asking.ts";
import { documented } from "#src/http/documented.ts";
import { answerPage, PageQuery, pageHeaders, pageInput } from "#src/http/paging.ts";
import { idOf, NoBody, ServerMemberParams, ServerParams } from "#src/http/params.ts";
import type { Deps } from "#src/services/context.ts";
import { disconnectMember } from "#src/services/credentials.ts";
import * as serverMembers from "#src/services/server-members.ts";

export const serverMembersApi = (deps: Deps, asking: Asking) =>
  new Elysia({
    name: "api.server-members",
    prefix: "/api/v2/w/:workspace_uuid/mcp-servers/:server_id/members",
  })
    .use(asking)

    .get(
      "/",
      async ({ ctx, params, query, request, set }) =>
        answerPage(
          { request, set, publicUrl: deps.settings.publicUrl },
          await serverMembers.list(ctx, idOf(params.server_id), pageInput(query)),
        ),
      {
        member: "apps:read",
        params: ServerParams,
        query: t.Object(PageQuery),
        ...documented({
          id: "listMcpServerMembers",
          tag: "Connections",
          scope: "apps:read",
          summary: "List the members who have connected to an MCP server.",
          answer: { schema: t.Array(McpServerMember), headers: pageHeaders },
          example: [
            {
              memberId: 2,
              name: "Bob",
              email: "bob@example.com",
              avatarUrl: null,
              role: "member",
              connection: "connected",
              scopes: ["read", "write"],
              connectedAt: "2026-11-02T14:03:10.512Z",
              lastUsedAt: "2026-11-23T09:12:44.031Z",
              expiresAt: null,
            },
          ],
        }),
      },
    )

    .delete(
      "/:member_id",
      ({ ctx, params }) => disconnectMember(ctx, idOf(params.server_id), idOf(params.member_id)),
      {
        member: "apps:admin",
        params: ServerMemberParams,
        body: NoBody(),
        ...documented({
          id: "deleteMcpServerMember",
          tag: "Connections",
          scope: "apps:admin",
          summary: "Disconnect a member from an MCP server.",
          answer: { schema: Disconnected },
          example: { connected: false, revocation: "confirmed" },
        }),
      },
    );
