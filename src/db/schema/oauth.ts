import { sql } from "drizzle-orm";
import { foreignKey, index, integer, pgTable, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { createdAt, moment } from "#src/db/schema/columns.ts";
import { members } from "#src/db/schema/people.ts";
import { servers, type TokenEndpointAuthMethod } from "#src/db/schema/servers.ts";
import { workspaceId } from "#src/db/schema/workspaces.ts";

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
