import { sql } from "drizzle-orm";
import { foreignKey, index, integer, jsonb, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { moment } from "#src/db/schema/columns.ts";
import { members } from "#src/db/schema/people.ts";
import { servers, type AuthType } from "#src/db/schema/servers.ts";
import { workspaceId } from "#src/db/schema/workspaces.ts";

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
