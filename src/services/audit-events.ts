import * as rows from "#src/db/audit-events.ts";
import type { Ctx } from "#src/services/context.ts";
import { pageById } from "#src/services/id-page.ts";
import type { Page, PageInput } from "#src/services/paging.ts";

/** Whoever acts. Pass `{ ...ctx, db: tx }` to write the event with the change it tells of, or not at all. */
export type Actor = Pick<Ctx, "db" | "requestId" | "via"> & {
  account: Pick<Ctx["account"], "name">;
  member: Pick<Ctx["member"], "id" | "workspaceId">;
};

/** `action` is `<noun>.<past participle>`. `details` are read by every admin: never put a secret or a part of one there. */
export type Happening = {
  action: string;
  target: { type: string; id: number | string; name: string | null };
  details?: Record<string, unknown>;
};

export type AuditEvent = {
  id: number;
  at: string;
  action: string;
  /** The name as it was at that time. `memberId` is null where the app itself acted, `apiKeyId` where no key was used. */
  actor: { memberId: number | null; name: string; apiKeyId: number | null };
  /** `id` is a number for whatever has a number, and a UUID for a workspace. */
  target: { type: string; id: number | string | null; name: string | null };
  details: Record<string, unknown>;
  requestId: string | null;
};

export async function audit(actor: Actor, { action, target, details = {} }: Happening): Promise<void> {
  await rows.insert(actor.db, {
    workspaceId: actor.member.workspaceId,
    memberId: actor.member.id,
    actorName: actor.account.name,
    apiKeyId: actor.via.kind === "api_key" ? actor.via.id : null,
    action,
    targetType: target.type,
    targetId: String(target.id),
    targetName: target.name,
    details,
    requestId: actor.requestId,
  });
}

/** For what nobody did: the app found it out by itself. */
export async function auditByApp(
  db: Ctx["db"],
  workspaceId: string,
  { action, target, details = {} }: Happening,
): Promise<void> {
  await rows.insert(db, {
    workspaceId,
    memberId: null,
    actorName: "Switchyard",
    action,
    targetType: target.type,
    targetId: String(target.id),
    targetName: target.name,
    details,
  });
}

/** What happened in the workspace, newest first. A filter that is null takes everything. */
export const list = (ctx: Ctx, filter: rows.AuditFilter, page: PageInput): Promise<Page<AuditEvent>> =>
  pageById(
    {
      name: "audit-events",
      rows: ({ limit, after }) => rows.list(ctx.db, ctx.member.workspaceId, filter, { limit, before: after }),
      total: () => rows.countMatching(ctx.db, ctx.member.workspaceId, filter),
      largestId: Number.MAX_SAFE_INTEGER,
      present,
    },
    page,
  );

const idOf = (text: string | null): number | string | null =>
  text !== null && /^\d{1,15}$/.test(text) ? Number(text) : text;

const present = (row: rows.AuditEventRow): AuditEvent => ({
  id: row.id,
  at: row.at.toISOString(),
  action: row.action,
  actor: { memberId: row.memberId, name: row.actorName, apiKeyId: row.apiKeyId },
  target: { type: row.targetType, id: idOf(row.targetId), name: row.targetName },
  details: row.details,
  requestId: row.requestId,
});
