import { Elysia, t } from "elysia";
import { AuthType, nameRule, ServerState } from "#src/api/schemas.ts";
import { oauthInput } from "#src/api/oauth-schemas.ts";
import { CreatedMcpServer, McpServer, RemovedServer, UpdatedMcpServer } from "#src/api/server-schemas.ts";
import type { Asking } from "#src/http/asking.ts";
import { documented } from "#src/http/documented.ts";
import { answerPage, PageQuery, pageHeaders, pageInput } from "#src/http/paging.ts";
import { Flag, flagIn, QueryText } from "#src/http/query.ts";
import { Body, idOf, NoBody, ServerParams, WorkspaceParams } from "#src/http/params.ts";
import type { Deps } from "#src/services/context.ts";
import * as servers from "#src/services/servers/index.ts";
import { serverExample } from "#src/api/examples.ts";

const fields = {
  name: t.Optional(t.String({ maxLength: 1000, description: `${nameRule} Made up where absent.` })),
  description: t.Optional(
    t.Union([t.String({ maxLength: 2000 }), t.Null()], {
      description: "Kept as it is. Pages write out what cannot be seen.",
    }),
  ),
  authType: t.Optional(AuthType),
  header: t.Optional(
    Body(
      { name: t.Optional(t.String({ maxLength: 64 })), prefix: t.Optional(t.String({ maxLength: 32 })) },
      { description: "Where an `api_key` secret goes; `Authorization: Bearer <secret>` unless told." },
    ),
  ),
  oauth: t.Optional(Body(oauthInput, { description: "Requires `apps:admin`." })),
};
const url = t.String({
  maxLength: 4096,
  description: "The MCP endpoint: http or https, no user name, no fragment.",
});

const ListQuery = t.Object({
  sortBy: t.Optional(t.UnionEnum([...servers.sortFields], { $id: "McpServerSortField", default: "name" })),
  sortOrder: t.Optional(t.UnionEnum(["asc", "desc"], { $id: "SortOrder", default: "asc" })),
  q: t.Optional(
    QueryText({ maxLength: 200, description: "Only those with this in their name, URL or description." }),
  ),
  state: t.Optional(ServerState),
  enabled: Flag("Only those that are, or are not."),
  ...PageQuery,
});

export const serversApi = (deps: Deps, asking: Asking) =>
  new Elysia({ name: "api.servers", prefix: "/api/v2/w/:workspace_uuid/mcp-servers" })
    .use(asking)

    .get(
      "/",
      async ({ ctx, query, request, set }) => {
        const input = {
          ...pageInput(query),
          sortBy: query.sortBy ?? "name",
          sortOrder: query.sortOrder ?? "asc",
          q: query.q || null,
          state: query.state ?? null,
          enabled: flagIn(query, "enabled"),
        };
        return answerPage(
          { request, set, publicUrl: deps.settings.publicUrl },
          await servers.list(ctx, input),
        );
      },
      {
        member: "apps:read",
        params: WorkspaceParams,
        query: ListQuery,
        ...documented({
          id: "listMcpServers",
          tag: "MCP servers",
          scope: "apps:read",
          summary: "List the MCP servers this member may use.",
          description: "Tools are not in it: ask each server for its own.",
          answer: { schema: t.Array(McpServer), headers: pageHeaders },
          example: [serverExample],
        }),
      },
    )

    .post(
      "/",
      async ({ ctx, body, set, status }) => {
        const server = await servers.create(ctx, body);
        set.headers["location"] = new URL(
          `/api/v2/w/${server.workspaceUuid}/mcp-servers/${server.id}`,
          deps.settings.publicUrl,
        ).href;
        return status(201, server);
      },
      {
        member: "apps:write",
        params: WorkspaceParams,
        body: Body({
          url,
          ...fields,
          discover: t.Optional(
            t.Boolean({
              description: "Look how the server wants to be reached before adding it; true where absent.",
            }),
          ),
        }),
        ...documented({
          id: "createMcpServer",
          bodyExample: { url: "https://mcp.linear.app/mcp" },
          tag: "MCP servers",
          scope: "apps:write",
          summary: "Add an MCP server by its URL.",
          description:
            "Looks by itself how the server wants members to be authorized. One that cannot be reached is added all the same, with the reason in `lastTest`. A client that is entered is bound to the authorization server that the server names now; where that cannot be told, `warnings` says so (`issuer_unknown`).",
          answer: {
            status: 201,
            description: "Added, in state `REGISTER`.",
            schema: CreatedMcpServer,
            headers: { Location: "The new server's own address." },
          },
          errors: ["conflict", "url_not_allowed"],
          example: serverExample,
        }),
      },
    )

    .get("/:server_id", ({ ctx, params }) => servers.get(ctx, idOf(params.server_id)), {
      member: "apps:read",
      params: ServerParams,
      ...documented({
        id: "getMcpServer",
        tag: "MCP servers",
        scope: "apps:read",
        summary: "Get one MCP server.",
        answer: { schema: McpServer },
        example: serverExample,
      }),
    })

    .patch("/:server_id", ({ ctx, params, body }) => servers.update(ctx, idOf(params.server_id), body), {
      member: "apps:write",
      params: ServerParams,
      body: Body({ url: t.Optional(url), ...fields }),
      ...documented({
        id: "updateMcpServer",
        bodyExample: { name: "Linear", description: "Issues and projects." },
        tag: "MCP servers",
        scope: "apps:write",
        summary: "Change an MCP server.",
        description:
          "Absent fields keep what they have, and where nothing is to change, nothing happens. Another origin or `authType` drops members' credentials and asks for a new set-up, another issuer or another client than the one that was entered asks everybody to sign in anew; `warnings` says so. A client's secret goes with it unless a new one comes along. While the server is paused (`issuer_changed`), only `apps:admin` changes these two.",
        answer: { schema: UpdatedMcpServer },
        errors: ["conflict", "url_not_allowed"],
        example: { ...serverExample, warnings: [] },
      }),
    })

    .delete("/:server_id", ({ ctx, params }) => servers.remove(ctx, idOf(params.server_id)), {
      member: "apps:admin",
      params: ServerParams,
      body: NoBody(),
      ...documented({
        id: "deleteMcpServer",
        tag: "MCP servers",
        scope: "apps:admin",
        summary: "Delete an MCP server with every member's connection to it.",
        answer: {
          schema: RemovedServer,
          description: "Deleted; `revocations` counts what became of the tokens.",
        },
        example: { deleted: true, id: 7, revocations: { confirmed: 3, unsupported: 0, failed: 0 } },
      }),
    })

    .post("/:server_id/enable", ({ ctx, params }) => servers.enable(ctx, idOf(params.server_id)), {
      member: "apps:write",
      params: ServerParams,
      body: NoBody(),
      ...documented({
        id: "enableMcpServer",
        tag: "MCP servers",
        scope: "apps:write",
        summary: "Enable an MCP server, setting it up as far as it goes.",
        description:
          "`READY` and enabled: returned as it is. `READY` and disabled: enabled. `REGISTER`: connected to, or its next step found. `AUTHORIZE`: refused, because a member has to finish the OAuth flow.",
        answer: { schema: McpServer },
        errors: [
          "authorization_required",
          "manual_registration_required",
          "member_auth_required",
          "issuer_changed",
          "url_not_allowed",
          "discovery_failed",
          "upstream_failed",
          "upstream_timeout",
        ],
        example: serverExample,
      }),
    })

    .post(
      "/:server_id/disable",
      ({ ctx, params, query, body }) =>
        servers.disable(
          ctx,
          idOf(params.server_id),
          flagIn(query, "clear_registration") ??
            flagIn(query, "clearRegistration") ??
            body?.clear_registration ??
            body?.clearRegistration ??
            false,
        ),
      {
        member: "apps:write",
        params: ServerParams,
        query: t.Object({
          clear_registration: Flag("Also forget the OAuth client and members' tokens; false where absent."),
          clearRegistration: Flag("The same under another name."),
        }),
        body: t.Union([
          Body({ clear_registration: t.Optional(t.Boolean()), clearRegistration: t.Optional(t.Boolean()) }),
          t.Null(),
        ]),
        ...documented({
          id: "disableMcpServer",
          tag: "MCP servers",
          scope: "apps:write",
          summary: "Disable an MCP server.",
          description:
            "What the query says may stand in a body as well. Where `apps:admin` clears the registration, the issuer is forgotten too; else it stays the one that it was, or that an admin chose, and a pause because of another (`issuer_changed`) stays with it.",
          bodyExample: { clear_registration: false },
          answer: { schema: McpServer },
          example: { ...serverExample, enabled: false },
        }),
      },
    );
