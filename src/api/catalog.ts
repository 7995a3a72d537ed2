import { Elysia, t } from "elysia";
import {
  PromptResult,
  Prompts,
  ResourceContents,
  Resources,
  ToolResult,
  Tools,
} from "#src/api/server-schemas.ts";
import { AppError, type ErrorCode } from "#src/errors.ts";
import type { Asking } from "#src/http/asking.ts";
import { documented } from "#src/http/documented.ts";
import { Body, idOf, ServerParams } from "#src/http/params.ts";
import { QueryText } from "#src/http/query.ts";
import { hasForbiddenCharacters } from "#src/lib/text.ts";
import * as catalog from "#src/services/catalog.ts";

const upstream: ErrorCode[] = [
  "server_not_ready",
  "server_disabled",
  "member_auth_required",
  "issuer_changed",
  "invalid",
  "url_not_allowed",
  "upstream_failed",
  "upstream_timeout",
];
const NamedParams = t.Object({ ...ServerParams.properties, name: t.String({ maxLength: 1024 }) });

/** What goes on with a call, a prompt or a resource that was answered with `inputRequired`. */
const answers = {
  inputResponses: t.Optional(
    t.Record(t.String(), t.Unknown(), { description: "What an earlier answer's `inputRequests` asked for." }),
  ),
  requestState: t.Optional(t.String({ description: "As that earlier answer gave it." })),
};
const mayAskBack =
  "A server of 2026-07-28 or later may answer 200 with `inputRequired` instead: ask again for the same with the answers.";
const Uri = { minLength: 1, maxLength: 8192, description: "As the server lists it." };

const listed =
  "Fetched live with the asking member's own credential, all pages; 403 says what that member has to do first.";

const resourceExample = {
  contents: [{ uri: "demo://resource/1", mimeType: "text/plain", text: "Hello" }],
};

const tools = documented({
  id: "getMcpServerTools",
  tag: "Catalog",
  scope: "apps:read",
  summary: "List a server's tools.",
  description: listed,
  answer: { schema: Tools },
  errors: upstream,
  example: {
    tools: [{ name: "echo", description: "Echoes back the input", inputSchema: { type: "object" } }],
  },
});

/** A server's tools at the second address that the list's own description names. */
export const appConnectionsApi = (asking: Asking) =>
  new Elysia({ name: "api.app-connections", prefix: "/api/v2/w/:workspace_uuid/app-connections/mcp-servers" })
    .use(asking)
    .get("/:server_id/tools", ({ ctx, params }) => catalog.tools(ctx, idOf(params.server_id)), {
      member: "apps:read",
      params: ServerParams,
      detail: {
        ...tools.detail,
        operationId: "getAppConnectionTools",
        summary: "List a server's tools, at its address as an app connection.",
      },
    });

export const catalogApi = (asking: Asking) =>
  new Elysia({ name: "api.catalog", prefix: "/api/v2/w/:workspace_uuid/mcp-servers/:server_id" })
    .use(asking)

    .get("/tools", ({ ctx, params }) => catalog.tools(ctx, idOf(params.server_id)), {
      member: "apps:read",
      params: ServerParams,
      ...tools,
    })

    .post(
      "/tools/:name/call",
      ({ ctx, params, body }) =>
        catalog.callTool(ctx, idOf(params.server_id), nameIn(params.name), {
          ...body,
          arguments: body?.arguments ?? {},
        }),
      {
        member: "apps:write",
        params: NamedParams,
        body: t.Union([
          Body({ arguments: t.Optional(t.Record(t.String(), t.Unknown())), ...answers }),
          t.Null(),
        ]),
        ...documented({
          id: "callMcpServerTool",
          bodyExample: { arguments: { message: "hello" } },
          tag: "Catalog",
          scope: "apps:write",
          summary: "Call a tool.",
          description: `A tool's own failure is 200 with \`isError: true\`; a call that the server refused is an error here. ${mayAskBack}`,
          answer: { schema: ToolResult },
          errors: upstream,
          example: { content: [{ type: "text", text: "Echo: hello" }], isError: false },
        }),
      },
    )

    .get("/prompts", ({ ctx, params }) => catalog.prompts(ctx, idOf(params.server_id)), {
      member: "apps:read",
      params: ServerParams,
      ...documented({
        id: "getMcpServerPrompts",
        tag: "Catalog",
        scope: "apps:read",
        summary: "List a server's prompts.",
        description: `${listed} A server that offers none gives an empty list.`,
        answer: { schema: Prompts },
        errors: upstream,
        example: { prompts: [{ name: "simple-prompt", description: "A prompt without arguments" }] },
      }),
    })

    .post(
      "/prompts/:name/get",
      ({ ctx, params, body }) =>
        catalog.getPrompt(ctx, idOf(params.server_id), nameIn(params.name), {
          ...body,
          arguments: body?.arguments ?? {},
        }),
      {
        member: "apps:read",
        params: NamedParams,
        body: t.Union([
          Body({ arguments: t.Optional(t.Record(t.String(), t.String())), ...answers }),
          t.Null(),
        ]),
        ...documented({
          id: "getMcpServerPrompt",
          bodyExample: { arguments: { city: "Paris" } },
          tag: "Catalog",
          scope: "apps:read",
          summary: "Get a prompt, filled in.",
          description: mayAskBack,
          answer: { schema: PromptResult },
          errors: upstream,
          example: { messages: [{ role: "user", content: { type: "text", text: "Hello" } }] },
        }),
      },
    )

    .get("/resources", ({ ctx, params }) => catalog.resources(ctx, idOf(params.server_id)), {
      member: "apps:read",
      params: ServerParams,
      ...documented({
        id: "getMcpServerResources",
        tag: "Catalog",
        scope: "apps:read",
        summary: "List a server's resources and resource templates.",
        description: `${listed} A server that offers none gives empty lists.`,
        answer: { schema: Resources },
        errors: upstream,
        example: { resources: [{ uri: "demo://resource/1", name: "Resource 1" }], resourceTemplates: [] },
      }),
    })

    .get(
      "/resources/read",
      ({ ctx, params, query }) => catalog.readResource(ctx, idOf(params.server_id), { uri: query.uri }),
      {
        member: "apps:read",
        params: ServerParams,
        query: t.Object({ uri: QueryText(Uri) }),
        ...documented({
          id: "readMcpServerResource",
          tag: "Catalog",
          scope: "apps:read",
          summary: "Read a resource.",
          description: `${mayAskBack} That takes the POST of the same address.`,
          answer: { schema: ResourceContents },
          errors: upstream,
          example: resourceExample,
        }),
      },
    )

    .post(
      "/resources/read",
      ({ ctx, params, body }) => catalog.readResource(ctx, idOf(params.server_id), body),
      {
        member: "apps:read",
        params: ServerParams,
        body: Body({ uri: t.String(Uri), ...answers }),
        ...documented({
          id: "readMcpServerResourceWithAnswers",
          bodyExample: {
            uri: "demo://resource/1",
            inputResponses: { language: { action: "accept", content: { language: "de" } } },
            requestState: "as-the-server-gave-it",
          },
          tag: "Catalog",
          scope: "apps:read",
          summary: "Read a resource, with the answers to what the server asked before.",
          description: mayAskBack,
          answer: { schema: ResourceContents },
          errors: upstream,
          example: resourceExample,
        }),
      },
    );

/** A name in a path is passed on as it is, so it has to be one that can be. @throws {AppError} `bad_request` */
function nameIn(text: string): string {
  if (!hasForbiddenCharacters(text)) return text;
  throw new AppError("bad_request", "The name in the path holds a NUL or half a character.");
}
