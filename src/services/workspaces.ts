import { notFound } from "#src/errors.ts";
import * as members from "#src/db/members.ts";
import * as rows from "#src/db/workspaces.ts";
import { audit } from "#src/services/audit-events.ts";
import type { AccountCtx, Ctx } from "#src/services/context.ts";
import { pageById } from "#src/services/id-page.ts";
import { requireSession } from "#src/services/identity.ts";
import { nameIn } from "#src/services/names.ts";
import type { Page, PageInput } from "#src/services/paging.ts";

export type Workspace = { uuid: string; name: string; createdAt: string };

export const list = (ctx: AccountCtx, page: PageInput): Promise<Page<Workspace>> =>
  pageById(
    {
      name: "workspaces",
      rows: (position) => rows.ofAccount(ctx.db, ctx.account.id, position),
      total: () => rows.countOfAccount(ctx.db, ctx.account.id),
      present: ({ workspace }) => present(workspace),
    },
    page,
  );

/** @throws {AppError} `invalid` */
export async function create(ctx: AccountCtx, input: { name: string }): Promise<Workspace> {
  const name = nameIn(input.name);
  const { workspace } = await ctx.db.transaction((tx) => found({ ...ctx, db: tx }, name));
  return present(workspace);
}

/** Makes a workspace with its first owner. Several rows are written: call it in a transaction. */
export async function found(ctx: Pick<AccountCtx, "db" | "requestId" | "account" | "via">, name: string) {
  const workspace = await rows.insert(ctx.db, name);
  const member = await members.insert(ctx.db, {
    workspaceId: workspace.id,
    accountId: ctx.account.id,
    role: "owner",
  });
  if (!member) throw new Error("A new workspace already had a member.");

  await audit({ ...ctx, member }, { action: "workspace.created", target: targetOf(workspace) });
  return { workspace, member };
}

/** @throws {AppError} `insufficient_scope` for an API key, `invalid` */
export async function rename(ctx: Ctx, input: { name: string }): Promise<Workspace> {
  requireSession(ctx.via);
  const name = nameIn(input.name);

  return await ctx.db.transaction(async (tx) => {
    const before = await rows.lock(tx, ctx.member.workspaceId);
    if (before?.name === name) return present(before);
    const workspace = await rows.rename(tx, ctx.member.workspaceId, name);
    if (!before || !workspace) throw notFound();
    await audit(
      { ...ctx, db: tx },
      { action: "workspace.renamed", target: targetOf(workspace), details: { from: before.name } },
    );
    return present(workspace);
  });
}

const targetOf = ({ id, name }: rows.WorkspaceRow) => ({ type: "workspace", id, name });

const present = ({ id, name, createdAt }: rows.WorkspaceRow): Workspace => ({
  uuid: id,
  name,
  createdAt: createdAt.toISOString(),
});
