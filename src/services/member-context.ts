import * as memberRows from "#src/db/members.ts";
import { presentAccount } from "#src/services/accounts.ts";
import type { Ctx, Deps } from "#src/services/context.ts";
import { scopesOfRole } from "#src/services/scopes.ts";

/**
 * The same within a transaction, and what the member may do as it is now: until its end, nobody changes that.
 *
 * @returns null where there is no such member any more
 */
export async function asOfNow(ctx: Ctx, tx: Deps["db"]): Promise<Ctx | null> {
  const { workspaceId, id, scopes } = ctx.member;
  const role = await memberRows.hold(tx, workspaceId, id, "share");
  if (role === undefined) return null;
  const allowed = scopesOfRole(role);
  return {
    ...ctx,
    db: tx,
    member: { ...ctx.member, role, scopes: scopes.filter((scope) => allowed.includes(scope)) },
  };
}

/**
 * Acts for a member who is not asking at this moment: the answer to what they began, or background work of theirs.
 *
 * @returns null where there is no such member any more
 */
export async function ctxOfMember(
  deps: Deps & { requestId: string },
  workspaceId: string,
  memberId: number,
): Promise<Ctx | null> {
  const found = await memberRows.findWithAccount(deps.db, workspaceId, memberId);
  if (!found) return null;
  const { member, account } = found;
  return {
    ...deps,
    signal: new AbortController().signal,
    account: presentAccount(account),
    via: { kind: "session", idHash: "" },
    member: { id: member.id, workspaceId, role: member.role, scopes: scopesOfRole(member.role) },
  };
}
