import { and, count, desc, eq, lt } from "drizzle-orm";
import type { Db } from "#src/db/client.ts";
import { auditEvents } from "#src/db/schema.ts";

export type AuditEventRow = typeof auditEvents.$inferSelect;
export type NewAuditEvent = Omit<typeof auditEvents.$inferInsert, "id" | "at">;

/** Null is: whatever it is. */
export type AuditFilter = {
  action: string | null;
  memberId: number | null;
  targetType: string | null;
  targetId: string | null;
};

const matches = (workspaceId: string, filter: AuditFilter) =>
  and(
    eq(auditEvents.workspaceId, workspaceId),
    filter.action === null ? undefined : eq(auditEvents.action, filter.action),
    filter.memberId === null ? undefined : eq(auditEvents.memberId, filter.memberId),
    filter.targetType === null ? undefined : eq(auditEvents.targetType, filter.targetType),
    filter.targetId === null ? undefined : eq(auditEvents.targetId, filter.targetId),
  );

/** One page, newest first. */
export const list = (
  db: Db,
  workspaceId: string,
  filter: AuditFilter,
  { limit, before }: { limit: number; before: number | null },
): Promise<AuditEventRow[]> =>
  db
    .select()
    .from(auditEvents)
    .where(and(matches(workspaceId, filter), before === null ? undefined : lt(auditEvents.id, before)))
    .orderBy(desc(auditEvents.id))
    .limit(limit);

export async function countMatching(db: Db, workspaceId: string, filter: AuditFilter): Promise<number> {
  const [row] = await db.select({ count: count() }).from(auditEvents).where(matches(workspaceId, filter));
  return row?.count ?? 0;
}

export async function insert(db: Db, event: NewAuditEvent): Promise<void> {
  await db.insert(auditEvents).values(event);
}
