import { sql } from "drizzle-orm";
import { foreignKey, index, integer, pgTable, primaryKey, text, uniqueIndex } from "drizzle-orm/pg-core";
import { createdAt, moment, serial } from "#src/db/schema/columns.ts";
import { workspaceId } from "#src/db/schema/workspaces.ts";

export type Role = "owner" | "admin" | "member" | "viewer";
export type Scope = "apps:read" | "apps:write" | "apps:admin";

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
