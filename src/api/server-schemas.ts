import { t } from "elysia";
import { OAuthSwitches } from "#src/api/oauth-schemas.ts";
import { Access, AuthType, Moment, NullableMoment, Revocations, ServerState } from "#src/api/schemas.ts";

const Nullable = <T extends Parameters<typeof t.Union>[0][number]>(schema: T, description?: string) =>
  t.Union([schema, t.Null()], description === undefined ? {} : { description });

const ServerInfo = t.Object({
  name: t.String(),
  version: t.String(),
  title: t.Optional(t.String()),
  websiteUrl: t.Optional(t.String()),
});

const Stage = t.Object({
  stage: t.Union([
    t.Literal("dns"),
    t.Literal("connect"),
    t.Literal("tls"),
    t.Literal("http"),
    t.Literal("handshake"),
  ]),
  ok: t.Boolean(),
  ms: t.Number({ description: "How long it took, in milliseconds." }),
});

export const McpServer = t.Object(
  {
    id: t.Integer(),
    appUuid: t.String({ format: "uuid", description: "The server's identity as an app connection." }),
    workspaceUuid: t.String({ format: "uuid" }),
    name: t.String({ description: "1–80 characters, unique in the workspace whatever the case." }),
    description: Nullable(t.String()),
    url: t.String({ format: "uri", description: "The MCP endpoint." }),
    transport: t.Union([t.Literal("streamable_http"), t.Literal("sse")], {
      description: "As last negotiated.",
    }),
    protocolVersion: Nullable(t.String(), "As last negotiated, such as `2025-11-25` or `2026-07-28`."),
    authType: AuthType,
    state: ServerState,
    enabled: t.Boolean(),
    registration: Nullable(
      t.Union([t.Literal("client_id_metadata"), t.Literal("dynamic"), t.Literal("manual")]),
      "How our OAuth client came to be.",
    ),
    iconUrl: t.String({ format: "uri", description: "Absolute and with its token: usable in `<img src>`." }),
    serverInfo: Nullable(ServerInfo, "What the server says of itself."),
    instructions: Nullable(t.String(), "What the server tells clients to do: its own words, untrusted."),
    connection: t.Union([t.Literal("connected"), t.Literal("expired"), t.Literal("not_connected")], {
      description: "The asking member's own.",
    }),
    memberCount: t.Integer({ description: "How many members have connected." }),
    access: Access,
    lastTest: Nullable(
      t.Object({
        success: t.Boolean(),
        latencyMs: t.Integer(),
        testedAt: Moment("When."),
        stage: t.Optional(t.String({ description: "Where it failed." })),
        message: t.Optional(t.String()),
      }),
    ),
    header: t.Optional(
      t.Object(
        { name: t.String(), prefix: t.String() },
        {
          description: "For `apps:admin`, of an `api_key` server: the header that carries a member's secret.",
        },
      ),
    ),
    oauth: t.Optional(OAuthSwitches),
    createdAt: Moment("When it was added."),
    updatedAt: Moment("When it was last changed."),
  },
  { $id: "McpServerResponse" },
);

const Warnings = t.Array(t.Object({ code: t.String(), message: t.String() }));

export const CreatedMcpServer = t.Composite(
  [
    t.Omit(McpServer, []),
    t.Object({
      warnings: t.Optional(Warnings),
    }),
  ],
  { $id: "McpServerCreateResponse" },
);

export const UpdatedMcpServer = t.Composite([t.Omit(McpServer, []), t.Object({ warnings: Warnings })], {
  $id: "McpServerUpdateResponse",
});

export const McpServerMember = t.Object(
  {
    memberId: t.Integer(),
    name: t.String(),
    email: t.String(),
    avatarUrl: Nullable(t.String()),
    role: t.String(),
    connection: t.Union([t.Literal("connected"), t.Literal("expired")]),
    scopes: t.Array(t.String(), {
      description: "What the authorization server granted; empty but for `oauth`.",
    }),
    connectedAt: Moment("Since when."),
    lastUsedAt: NullableMoment("To the minute."),
    expiresAt: NullableMoment("Of the access token, where the server said so."),
  },
  { $id: "McpServerMemberResponse" },
);

export const TestResult = t.Object(
  {
    success: t.Boolean(),
    latencyMs: t.Number(),
    protocolVersion: Nullable(t.String()),
    transport: Nullable(t.String()),
    serverInfo: Nullable(t.Object({}, { additionalProperties: true })),
    stages: t.Array(Stage, { description: "In order, up to the one that failed." }),
    error: Nullable(
      t.Object({
        code: t.String(),
        stage: t.String(),
        message: t.String(),
        authType: t.Optional(AuthType),
        authorizeUrl: t.Optional(t.String({ format: "uri" })),
        appUuid: t.Optional(t.String({ format: "uuid" })),
      }),
    ),
    state: ServerState,
    enabled: t.Boolean(),
  },
  { $id: "TestResponse" },
);

const Item = t.Record(t.String(), t.Unknown(), { description: "Field for field what the server said." });
const Items = t.Array(Item);
const truncated = t.Optional(
  t.Literal(true, {
    description: "The server offers more than 50 pages or 5,000 items; the rest was not read.",
  }),
);

export const Tools = t.Object({ tools: Items, truncated }, { $id: "Tools" });
export const Prompts = t.Object({ prompts: Items, truncated }, { $id: "Prompts" });
export const Resources = t.Object(
  { resources: Items, resourceTemplates: Items, truncated },
  { $id: "Resources" },
);

/** Since 2026-07-28 whatever a server is asked for may be answered with questions. */
const InputRequired = t.Object({
  inputRequired: t.Object(
    { inputRequests: t.Unknown(), requestState: t.Optional(t.String()) },
    { description: "The server asks for more: ask again with `inputResponses` and `requestState`." },
  ),
});

export const ToolResult = t.Union(
  [
    t.Object({
      content: Items,
      structuredContent: t.Optional(t.Unknown()),
      isError: t.Boolean({ description: "The tool itself says that it failed." }),
    }),
    InputRequired,
  ],
  { $id: "ToolResult" },
);

export const PromptResult = t.Union(
  [t.Object({ description: t.Optional(t.String()), messages: Items }), InputRequired],
  { $id: "PromptResult" },
);
export const ResourceContents = t.Union([t.Object({ contents: Items }), InputRequired], {
  $id: "ResourceContents",
});

export const Connected = t.Object(
  { connected: t.Literal(true), serverId: t.Integer(), memberId: t.Integer() },
  { $id: "Connected" },
);

export const Disconnected = t.Object(
  {
    connected: t.Literal(false),
    revocation: t.Union([t.Literal("confirmed"), t.Literal("unsupported"), t.Literal("failed")], {
      description:
        "Whether the authorization server revoked the connection: the refresh token where there is one, and the access token where it can. `failed` where either could not be revoked for now; `unsupported` also where there were no tokens.",
    }),
  },
  { $id: "Disconnected" },
);

export const AccessList = t.Object(
  { access: Access, memberIds: t.Array(t.Integer()) },
  { $id: "AccessList" },
);

export const RemovedServer = t.Object(
  {
    deleted: t.Literal(true),
    id: t.Integer(),
    revocations: Revocations,
  },
  { $id: "RemovedServer" },
);
