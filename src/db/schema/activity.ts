import { bigint, index, integer, jsonb, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { moment } from "#src/db/schema/columns.ts";
import { workspaceId } from "#src/db/schema/workspaces.ts";

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
