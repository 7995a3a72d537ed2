import { AppError, notFound } from "#src/errors.ts";
import * as rows from "#src/db/members.ts";
import * as workspaces from "#src/db/workspaces.ts";
import { audit } from "#src/services/audit-events.ts";
import { announce } from "#src/services/changes.ts";
import type { Ctx, Deps, Role } from "#src/services/context.ts";
import { pageById } from "#src/services/id-page.ts";
import type { Page, PageInput } from "#src/services/paging.ts";
import { poolPrefix } from "#src/services/pool-keys.ts";
import { requirePowerOver } from "#src/services/roles.ts";

export type WorkspaceMember = {
  id: number;
  name: string;
  email: string;
  avatarUrl: string | null;
  role: Role;
  joinedAt: string;
};

export const list = (ctx: Ctx, page: PageInput): Promise<Page<WorkspaceMember>> =>
  pageById(
    {
      name: "members",
      rows: (position) => rows.list(ctx.db, ctx.member.workspaceId, position),
      total: () => rows.countAll(ctx.db, ctx.member.workspaceId),
      present,
    },
    page,
  );

/**
 * Gives a member another role. Their keys follow with the next request.
 *
 * @throws {AppError} `not_found`, `insufficient_scope`, `conflict` for the last owner
 */
export async function update(ctx: Ctx, id: number, { role }: { role: Role }): Promise<WorkspaceMember> {
  return await ctx.db.transaction(async (tx) => {
    const { target, asker } = await findForChange(ctx, tx, id);
    requirePowerOver(asker.role, role);
    if (target.role === role) return present(target);

    if (target.role === "owner") await requireAnotherOwner(tx, ctx.member.workspaceId);
    await rows.setRole(tx, ctx.member.workspaceId, id, role);
    await audit(
      { ...ctx, db: tx },
      { action: "member.updated", target: targetOf(target), details: { from: target.role, to: role } },
    );
    return present({ ...target, role });
  });
}

/**
 * Takes a member out of the workspace, with their keys, credentials and open invitations. The account stays.
 *
 * @throws {AppError} `not_found`, `insufficient_scope`, `conflict` for the last owner
 */
export async function remove(ctx: Ctx, id: number): Promise<void> {
  const { workspaceId } = ctx.member;
  const serverIds = await ctx.db.transaction(async (tx) => {
    const { target } = await findForChange(ctx, tx, id);
    if (target.role === "owner") await requireAnotherOwner(tx, workspaceId);

    const connected = await rows.connectedServers(tx, workspaceId, id);
    await rows.remove(tx, workspaceId, id);
    for (const serverId of connected) await announce({ db: tx }, { workspaceId, id: serverId });
    await audit(
      { ...ctx, db: tx },
      { action: "member.removed", target: targetOf(target), details: { role: target.role } },
    );
    return connected;
  });
  for (const serverId of serverIds) ctx.pool.drop(`${poolPrefix({ workspaceId, id: serverId })}${id}/`);
}

/** From here to the end of the transaction nobody else changes a role, so what is read stays true. */
async function findForChange(ctx: Ctx, tx: Deps["db"], id: number) {
  const { workspaceId } = ctx.member;
  await workspaces.lock(tx, workspaceId);
  const target = await rows.find(tx, workspaceId, id);
  const asker = await rows.find(tx, workspaceId, ctx.member.id);
  if (!target || !asker) throw notFound();
  requirePowerOver(asker.role, target.role);
  return { target, asker };
}

async function requireAnotherOwner(tx: Deps["db"], workspaceId: string): Promise<void> {
  if ((await rows.countOwners(tx, workspaceId)) > 1) return;
  throw new AppError("conflict", "This is the last owner. Make somebody else an owner first.");
}

const targetOf = ({ id, name }: rows.MemberWithAccount) => ({ type: "member", id, name });

const present = ({
  id,
  name,
  email,
  avatarUrl,
  role,
  joinedAt,
}: rows.MemberWithAccount): WorkspaceMember => ({
  id,
  name,
  email,
  avatarUrl,
  role,
  joinedAt: joinedAt.toISOString(),
});
