import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { bytes, createdAt, moment, serial } from "#src/db/schema/columns.ts";
import { members } from "#src/db/schema/people.ts";
import { workspaceId } from "#src/db/schema/workspaces.ts";

export type AuthType = "oauth" | "direct_auth" | "api_key";
export type ServerState = "REGISTER" | "AUTHORIZE" | "READY";
export type Transport = "streamable_http" | "sse";
export type Registration = "client_id_metadata" | "dynamic" | "manual";
export type Access = "everyone" | "restricted";
export type ServerInfo = {
  name: string;
  version: string;
  title?: string;
  websiteUrl?: string;
  icons?: { src: string }[];
};

export type TokenEndpointAuthMethod = "none" | "client_secret_basic" | "client_secret_post";

/** What an admin may set for one OAuth server. The client's secret is not among it: that is sealed, in a column of its own. */
export type OAuthSettings = {
  clientId?: string;
  tokenEndpointAuthMethod?: TokenEndpointAuthMethod;
  /** Asked for instead of what was discovered. */
  scopes?: string[];
  /** Never asked beyond. */
  scopeCeiling?: string[];
  /** RFC 8707; true unless an admin says otherwise. */
  sendResource?: boolean;
  authorizationParameters?: Record<string, string>;
  tokenParameters?: Record<string, string>;
  allowMissingPkceMetadata?: boolean;
};

export const servers = pgTable(
  "servers",
  {
    workspaceId: workspaceId(),
    id: serial(),
    appUuid: uuid("app_uuid").notNull().defaultRandom(),
    name: text("name").notNull(),
    description: text("description"),
    /** The MCP endpoint as `parseServerUrl` normalised it. */
    url: text("url").notNull(),
    transport: text("transport").$type<Transport>().notNull().default("streamable_http"),
    protocolVersion: text("protocol_version"),
    authType: text("auth_type").$type<AuthType>().notNull(),
    state: text("state").$type<ServerState>().notNull().default("REGISTER"),
    enabled: boolean("enabled").notNull().default(false),
    registration: text("registration").$type<Registration>(),
    serverInfo: jsonb("server_info").$type<ServerInfo>(),
    instructions: text("instructions"),
    /** Where an `api_key` secret goes: `<name>: <prefix><secret>`. */
    headerName: text("header_name").notNull().default("Authorization"),
    headerPrefix: text("header_prefix").notNull().default("Bearer "),
    oauth: jsonb("oauth").$type<OAuthSettings>().notNull().default({}),
    /** The pre-registered client's secret, sealed. */
    oauthSecret: text("oauth_secret"),
    /** The authorization server that members' tokens come from. Another one gets nothing until an admin accepts it. */
    issuer: text("issuer"),
    /** What the metadata named instead, since that was noticed; while it stands here, the server is paused. */
    otherIssuer: text("other_issuer"),
    /** `WWW-Authenticate` of the last 401, one value per line: where its metadata is. The server controls it. */
    challenge: text("challenge")
      .array()
      .notNull()
      .default(sql`'{}'::text[]`),
    access: text("access").$type<Access>().notNull().default("everyone"),
    /** Bumped by whatever makes live connections to this server wrong: its URL, header, state or enabled flag. */
    version: integer("version").notNull().default(1),
    createdAt: createdAt(),
    updatedAt: moment("updated_at").notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    uniqueIndex("servers_name").on(t.workspaceId, sql`lower(${t.name})`),
    uniqueIndex("servers_url").on(t.workspaceId, t.url),
    uniqueIndex("servers_app").on(t.workspaceId, t.appUuid),
    // For who knows a server by that alone: an authorization server that reads our client's document.
    index("servers_by_app").on(t.appUuid),
  ],
);

/** The chosen members of a `restricted` server. */
export const serverMembers = pgTable(
  "server_members",
  {
    workspaceId: workspaceId(),
    serverId: integer("server_id").notNull(),
    memberId: integer("member_id").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.serverId, t.memberId] }),
    foreignKey({
      name: "server_members_server_fk",
      columns: [t.workspaceId, t.serverId],
      foreignColumns: [servers.workspaceId, servers.id],
    }).onDelete("cascade"),
    foreignKey({
      name: "server_members_member_fk",
      columns: [t.workspaceId, t.memberId],
      foreignColumns: [members.workspaceId, members.id],
    }).onDelete("cascade"),
  ],
);

/** Why a test failed. The first two say something of the member's credential, `busy` of us, and only the rest of the server. */
export type TestFailure =
  "unauthorized" | "insufficient_scope" | "busy" | "timeout" | "failed" | "refused" | "too_large" | "rpc";

export type TestStage = { stage: "dns" | "connect" | "tls" | "http" | "handshake"; ok: boolean; ms: number };

/** Every probe of a server, newest last; pruned in the background. */
export const serverTests = pgTable(
  "server_tests",
  {
    workspaceId: workspaceId(),
    id: bigint("id", { mode: "number" }).notNull().generatedByDefaultAsIdentity(),
    serverId: integer("server_id").notNull(),
    memberId: integer("member_id"),
    success: boolean("success").notNull(),
    latencyMs: integer("latency_ms").notNull(),
    stages: jsonb("stages").$type<TestStage[]>().notNull(),
    stage: text("stage"),
    failure: text("failure").$type<TestFailure>(),
    message: text("message"),
    testedAt: moment("tested_at").notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    index("server_tests_server").on(t.workspaceId, t.serverId, t.id),
    foreignKey({
      name: "server_tests_server_fk",
      columns: [t.workspaceId, t.serverId],
      foreignColumns: [servers.workspaceId, servers.id],
    }).onDelete("cascade"),
  ],
);

export const icons = pgTable(
  "icons",
  {
    workspaceId: workspaceId(),
    serverId: integer("server_id").notNull(),
    /** Part of the icon token and of the ETag; bumped when the picture changes. */
    version: integer("version").notNull().default(1),
    /** Null until something was found: a monogram is drawn instead. */
    contentType: text("content_type"),
    content: bytes("content"),
    /** When a background worker may look again; moved ahead when one claims the row. */
    refreshAt: moment("refresh_at").notNull().defaultNow(),
    fetchedAt: moment("fetched_at"),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.serverId] }),
    index("icons_refresh").on(t.refreshAt),
    foreignKey({
      name: "icons_server_fk",
      columns: [t.workspaceId, t.serverId],
      foreignColumns: [servers.workspaceId, servers.id],
    }).onDelete("cascade"),
  ],
);
