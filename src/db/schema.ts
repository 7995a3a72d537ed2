import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  customType,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";

/*
 * Every table of a workspace carries `workspace_id`, and its keys and unique indexes begin with it, so that the whole
 * schema can be distributed by workspace. Accounts, sessions, workspaces and installation are the shared rest.
 */

const moment = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: "date" });
const createdAt = () => moment("created_at").notNull().defaultNow();
const workspaceId = () =>
  uuid("workspace_id")
    .notNull()
    .references(() => workspaces.id, { onDelete: "cascade" });
const serial = () => integer("id").notNull().generatedByDefaultAsIdentity();
const bytes = customType<{ data: Uint8Array; driverData: Uint8Array }>({ dataType: () => "bytea" });

export type Role = "owner" | "admin" | "member" | "viewer";
export type Scope = "apps:read" | "apps:write" | "apps:admin";
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

/** One row, written by the set-up: its presence is what makes a second set-up impossible. */
export const installation = pgTable("installation", {
  id: integer("id").primaryKey().default(1),
  completedAt: moment("completed_at").notNull().defaultNow(),
});

export const accounts = pgTable(
  "accounts",
  {
    id: integer("id").primaryKey().generatedByDefaultAsIdentity(),
    /** As typed; compared by `lower(email)`. */
    email: text("email").notNull(),
    /** When it was shown that the address is this person's; null while they only said so. */
    emailVerifiedAt: moment("email_verified_at"),
    name: text("name").notNull(),
    avatarUrl: text("avatar_url"),
    /** Argon2id in PHC form; absent for an account that only signs in through a provider. */
    passwordHash: text("password_hash"),
    createdAt: createdAt(),
  },
  (t) => [uniqueIndex("accounts_email").on(sql`lower(${t.email})`)],
);

export const sessions = pgTable(
  "sessions",
  {
    /** SHA-256 of the cookie's value, in hex. */
    idHash: text("id_hash").primaryKey(),
    accountId: integer("account_id")
      .notNull()
      .references(() => accounts.id, { onDelete: "cascade" }),
    createdAt: createdAt(),
    lastSeenAt: moment("last_seen_at").notNull().defaultNow(),
    expiresAt: moment("expires_at").notNull(),
    userAgent: text("user_agent"),
  },
  (t) => [index("sessions_account").on(t.accountId), index("sessions_expiry").on(t.expiresAt)],
);

export const workspaces = pgTable("workspaces", {
  id: uuid("id").primaryKey().defaultRandom(),
  name: text("name").notNull(),
  createdAt: createdAt(),
});

export const members = pgTable(
  "members",
  {
    workspaceId: workspaceId(),
    id: serial(),
    accountId: integer("account_id")
      .notNull()
      .references(() => accounts.id, { onDelete: "cascade" }),
    role: text("role").$type<Role>().notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    uniqueIndex("members_account").on(t.workspaceId, t.accountId),
    index("members_by_account").on(t.accountId),
  ],
);

export const invitations = pgTable(
  "invitations",
  {
    workspaceId: workspaceId(),
    id: serial(),
    /** SHA-256 of the whole token, in hex. */
    tokenHash: text("token_hash").notNull(),
    email: text("email"),
    role: text("role").$type<Role>().notNull(),
    invitedBy: integer("invited_by"),
    createdAt: createdAt(),
    expiresAt: moment("expires_at").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    uniqueIndex("invitations_token").on(t.workspaceId, t.tokenHash),
  ],
);

export const apiKeys = pgTable(
  "api_keys",
  {
    workspaceId: workspaceId(),
    id: serial(),
    memberId: integer("member_id").notNull(),
    name: text("name").notNull(),
    scopes: text("scopes").array().$type<Scope[]>().notNull(),
    /** SHA-256 of the whole key, in hex. */
    keyHash: text("key_hash").notNull(),
    createdAt: createdAt(),
    expiresAt: moment("expires_at"),
    lastUsedAt: moment("last_used_at"),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    uniqueIndex("api_keys_hash").on(t.workspaceId, t.keyHash),
    index("api_keys_member").on(t.workspaceId, t.memberId),
    foreignKey({
      name: "api_keys_member_fk",
      columns: [t.workspaceId, t.memberId],
      foreignColumns: [members.workspaceId, members.id],
    }).onDelete("cascade"),
  ],
);

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

/** With what a token endpoint refused a refresh that an admin can mend; the grant is kept then. */
export type Refusal =
  | "invalid_client"
  | "unauthorized_client"
  | "invalid_request"
  | "invalid_scope"
  | "invalid_target"
  | "unsupported_grant_type";

/**
 * Why a grant is over. `answer_lost` is a refusal too, of a refresh token that an earlier request may have used up: what
 * that brought was never stored.
 */
export type GrantEnd = "refused" | "answer_lost" | "not_renewable" | "client_unknown";

/** A list that was never asked for is missing. */
export type CatalogCounts = { tools?: number; prompts?: number; resources?: number };

/** A member's own connection to one server. */
export const credentials = pgTable(
  "credentials",
  {
    workspaceId: workspaceId(),
    serverId: integer("server_id").notNull(),
    memberId: integer("member_id").notNull(),
    kind: text("kind").$type<AuthType>().notNull(),
    /** What `Keyring.seal` made of the secret; null for `direct_auth`, where there is none. */
    sealed: text("sealed"),
    status: text("status").$type<"connected" | "expired">().notNull().default("connected"),
    scopes: text("scopes")
      .array()
      .notNull()
      .default(sql`'{}'::text[]`),
    /** Bumped with every change of the secret; a live connection belongs to one version. */
    version: integer("version").notNull().default(1),
    connectedAt: moment("connected_at").notNull().defaultNow(),
    lastUsedAt: moment("last_used_at"),
    expiresAt: moment("expires_at"),
    /** `oauth`: where the tokens came from, and with which client; they go nowhere else. */
    issuer: text("issuer"),
    clientId: text("client_id"),
    /** `oauth`: what a server asked for beyond the granted scopes, to be asked for at the next authorization. */
    wantedScopes: text("wanted_scopes")
      .array()
      .notNull()
      .default(sql`'{}'::text[]`),
    /** `oauth`: how often each set of scopes was asked for in vain. */
    stepUps: jsonb("step_ups").$type<Record<string, number>>().notNull().default({}),
    /** `oauth`: when the background may look at it next; null where nothing is gained by that. */
    refreshAt: moment("refresh_at"),
    /** How often the background took it up since tokens last came. */
    refreshAttempts: integer("refresh_attempts").notNull().default(0),
    /** When a refresh last brought tokens, by the database's clock; null where they are the member's authorization's. */
    refreshedAt: moment("refreshed_at"),
    /** When a refresh was sent whose answer never came to be stored: the server may have rotated the token for it. */
    unansweredAt: moment("unanswered_at"),
    /** What the last refresh was refused with, for an admin to mend; null where it was not. */
    refusal: text("refusal").$type<Refusal>(),
    /** Why the grant of an `expired` credential is over. */
    endedBecause: text("ended_because").$type<GrantEnd>(),
    /** Who refreshes at this moment, over all instances, and until when nobody else may. */
    leaseHolder: text("lease_holder"),
    leaseUntil: moment("lease_until"),
    /** After a refresh that got no answer: nobody tries again before. */
    retryAt: moment("retry_at"),
    /** How much the server offered this member when it was last asked; never shown to anybody else. */
    catalogCounts: jsonb("catalog_counts").$type<CatalogCounts>().notNull().default({}),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.serverId, t.memberId] }),
    index("credentials_member").on(t.workspaceId, t.memberId),
    index("credentials_refresh").on(t.refreshAt),
    foreignKey({
      name: "credentials_server_fk",
      columns: [t.workspaceId, t.serverId],
      foreignColumns: [servers.workspaceId, servers.id],
    }).onDelete("cascade"),
    foreignKey({
      name: "credentials_member_fk",
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

export const auditEvents = pgTable(
  "audit_events",
  {
    workspaceId: workspaceId(),
    id: bigint("id", { mode: "number" }).notNull().generatedByDefaultAsIdentity(),
    at: moment("at").notNull().defaultNow(),
    /** Null when the app itself acted. */
    memberId: integer("member_id"),
    /** The name at that time: it outlives the member. */
    actorName: text("actor_name").notNull(),
    apiKeyId: integer("api_key_id"),
    /** `<noun>.<past participle>`, such as `server.created`. */
    action: text("action").notNull(),
    targetType: text("target_type").notNull(),
    targetId: text("target_id"),
    targetName: text("target_name"),
    details: jsonb("details").$type<Record<string, unknown>>().notNull().default({}),
    requestId: text("request_id"),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    index("audit_events_target").on(t.workspaceId, t.targetType, t.targetId, t.id),
  ],
);

/** Our client at an authorization server, as it registered us: one for each server, issuer and redirect URI. */
export const oauthClients = pgTable(
  "oauth_clients",
  {
    workspaceId: workspaceId(),
    serverId: integer("server_id").notNull(),
    issuer: text("issuer").notNull(),
    redirectUri: text("redirect_uri").notNull(),
    clientId: text("client_id").notNull(),
    /** Sealed. */
    clientSecret: text("client_secret"),
    tokenEndpointAuthMethod: text("token_endpoint_auth_method").$type<TokenEndpointAuthMethod>().notNull(),
    secretExpiresAt: moment("secret_expires_at"),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.serverId, t.issuer, t.redirectUri] }),
    foreignKey({
      name: "oauth_clients_server_fk",
      columns: [t.workspaceId, t.serverId],
      foreignColumns: [servers.workspaceId, servers.id],
    }).onDelete("cascade"),
  ],
);

/** Who registers our client somewhere at this moment, over all instances, and until when nobody else may. */
export const registrationLeases = pgTable(
  "registration_leases",
  {
    workspaceId: workspaceId(),
    serverId: integer("server_id").notNull(),
    issuer: text("issuer").notNull(),
    redirectUri: text("redirect_uri").notNull(),
    holder: text("holder").notNull(),
    until: moment("until").notNull(),
  },
  (t) => [
    primaryKey({
      name: "registration_leases_pk",
      columns: [t.workspaceId, t.serverId, t.issuer, t.redirectUri],
    }),
    foreignKey({
      name: "registration_leases_server_fk",
      columns: [t.workspaceId, t.serverId],
      foreignColumns: [servers.workspaceId, servers.id],
    }).onDelete("cascade"),
  ],
);

/** An authorization in flight. Deleted by the callback that it is for, whatever comes of that. */
export const oauthFlows = pgTable(
  "oauth_flows",
  {
    workspaceId: workspaceId(),
    /** SHA-256 of the state, in hex. */
    stateHash: text("state_hash").notNull(),
    serverId: integer("server_id").notNull(),
    memberId: integer("member_id").notNull(),
    /** SHA-256 of the flow cookie's value: the browser that began is the one that ends. */
    browserHash: text("browser_hash").notNull(),
    issuer: text("issuer").notNull(),
    redirectUri: text("redirect_uri").notNull(),
    resource: text("resource"),
    scopes: text("scopes")
      .array()
      .notNull()
      .default(sql`'{}'::text[]`),
    /** The code verifier, the client and the endpoint that the code goes to, sealed. */
    sealed: text("sealed").notNull(),
    /** A path of ours, or null. */
    returnTo: text("return_to"),
    createdAt: createdAt(),
    expiresAt: moment("expires_at").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.stateHash] }),
    index("oauth_flows_expiry").on(t.expiresAt),
    foreignKey({
      name: "oauth_flows_server_fk",
      columns: [t.workspaceId, t.serverId],
      foreignColumns: [servers.workspaceId, servers.id],
    }).onDelete("cascade"),
    foreignKey({
      name: "oauth_flows_member_fk",
      columns: [t.workspaceId, t.memberId],
      foreignColumns: [members.workspaceId, members.id],
    }).onDelete("cascade"),
  ],
);

/** Tickets of forms that were sent: whoever writes the row runs what the form asks for, on whichever instance. */
export const runTickets = pgTable(
  "run_tickets",
  {
    workspaceId: workspaceId(),
    nonce: text("nonce").notNull(),
    /** The ticket's own; until then it could be sent again. */
    expiresAt: moment("expires_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.workspaceId, t.nonce] }), index("run_tickets_expiry").on(t.expiresAt)],
);

/** A token that could not be revoked at once. Outlives the server and the member it was for. */
export const revocations = pgTable(
  "revocations",
  {
    workspaceId: workspaceId(),
    id: uuid("id").notNull(),
    serverName: text("server_name").notNull(),
    /** Where it is to be sent: one host that hangs holds up no other. */
    host: text("host").notNull().default(""),
    /** The revocation endpoint, the token and our client there, sealed. */
    sealed: text("sealed").notNull(),
    attempts: integer("attempts").notNull().default(0),
    retryAt: moment("retry_at").notNull(),
    createdAt: createdAt(),
  },
  (t) => [primaryKey({ columns: [t.workspaceId, t.id] }), index("revocations_retry").on(t.retryAt)],
);

/** An account at a sign-in provider that somebody signs in with here. */
export const identities = pgTable(
  "identities",
  {
    provider: text("provider").notNull(),
    /** The provider's own name for the person: `sub`, with the issuer where there are several, or GitHub's numeric id. */
    subject: text("subject").notNull(),
    accountId: integer("account_id")
      .notNull()
      .references(() => accounts.id, { onDelete: "cascade" }),
    email: text("email"),
    createdAt: createdAt(),
  },
  (t) => [primaryKey({ columns: [t.provider, t.subject] }), index("identities_account").on(t.accountId)],
);
