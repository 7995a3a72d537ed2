import { AppError, notFound } from "#src/errors.ts";
import * as credentialRows from "#src/db/credentials.ts";
import * as rows from "#src/db/members.ts";
import * as workspaces from "#src/db/workspaces.ts";
import { audit } from "#src/services/audit-events.ts";
import { announceMember } from "#src/services/changes.ts";
import type { Ctx, Deps, Role } from "#src/services/context.ts";
import { beginDrop, endDrop } from "#src/services/credential-drops.ts";
import { pageById } from "#src/services/id-page.ts";
import type { Tally } from "#src/services/oauth/revocations.ts";
import type { Page, PageInput } from "#src/services/paging.ts";
import { requirePowerOver } from "#src/services/roles.ts";
import { scopesOfRole } from "#src/services/scopes.ts";

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
 * Gives a member another role. Their keys follow with the next request; what they held of servers that only admins may see
 * goes.
 *
 * @throws {AppError} `not_found`, `insufficient_scope`, `conflict` for the last owner
 */
export async function update(ctx: Ctx, id: number, { role }: { role: Role }): Promise<WorkspaceMember> {
  const { workspaceId } = ctx.member;
  const { member, lost } = await ctx.db.transaction(async (tx) => {
    const { target, asker } = await findForChange(ctx, tx, id);
    requirePowerOver(asker.role, role);
    if (target.role === role) return { member: present(target), lost: null };

    if (target.role === "owner") await requireAnotherOwner(tx, workspaceId);
    await rows.setRole(tx, workspaceId, id, role);
    await announceMember({ db: tx }, { workspaceId, id });
    await audit(
      { ...ctx, db: tx },
      { action: "member.updated", target: targetOf(target), details: { from: target.role, to: role } },
    );
    const unseen = scopesOfRole(role).includes("apps:admin")
      ? []
      : await credentialRows.removeUnseen(tx, workspaceId, id);
    return { member: present({ ...target, role }), lost: await beginDrop({ ...ctx, db: tx }, unseen) };
  });
  if (lost) await endDrop(ctx, lost);
  return member;
}

/**
 * Takes a member out of the workspace, with their keys, credentials and open invitations. The account stays.
 *
 * @returns what became of their tokens
 * @throws {AppError} `not_found`, `insufficient_scope`, `conflict` for the last owner
 */
export async function remove(ctx: Ctx, id: number): Promise<Tally> {
  const { workspaceId } = ctx.member;
  const lost = await ctx.db.transaction(async (tx) => {
    const { target } = await findForChange(ctx, tx, id);
    if (target.role === "owner") await requireAnotherOwner(tx, workspaceId);

    // What they connect to at this moment is among what is revoked, or is refused.
    await rows.hold(tx, workspaceId, id, "update");
    const held = await credentialRows.removeOfMember(tx, workspaceId, id);
    const begun = await beginDrop({ ...ctx, db: tx }, held);
    await rows.remove(tx, workspaceId, id);
    await announceMember({ db: tx }, { workspaceId, id });
    await audit(
      { ...ctx, db: tx },
      {
        action: "member.removed",
        target: targetOf(target),
        details: { role: target.role, connections: held.length },
      },
    );
    return begun;
  });
  return endDrop(ctx, lost);
}

/** Whether the workspace would have no owner without the asking member: they can neither leave nor become less. */
export const isOnlyOwner = async ({ db, member }: Ctx): Promise<boolean> =>
  member.role === "owner" && (await rows.countOwners(db, member.workspaceId)) === 1;

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
