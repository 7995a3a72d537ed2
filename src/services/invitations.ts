import { AppError, invalid, notFound } from "#src/errors.ts";
import * as rows from "#src/db/invitations.ts";
import * as members from "#src/db/members.ts";
import * as workspaces from "#src/db/workspaces.ts";
import { makeToken, readToken } from "#src/lib/tokens.ts";
import * as accounts from "#src/services/accounts.ts";
import { audit } from "#src/services/audit-events.ts";
import { checkAll } from "#src/services/checks.ts";
import type { Account, Ctx, Deps, Role } from "#src/services/context.ts";
import { pageById } from "#src/services/id-page.ts";
import type { Page, PageInput } from "#src/services/paging.ts";
import { requirePowerOver } from "#src/services/roles.ts";
import * as sessions from "#src/services/sessions.ts";

export type Invitation = {
  id: number;
  email: string | null;
  role: Role;
  expiresAt: string;
  createdAt: string;
};

/** `url` holds the token and is shown this once. */
export type NewInvitation = Invitation & { url: string };

/** An account that is signed in, or somebody who gets one by accepting. */
export type Joiner = { account: Account } | { newcomer: accounts.Newcomer };

/** What whoever holds the link is told before they accept. */
export type OpenInvitation = { workspaceName: string; role: Role; email: string | null };

export type Acceptance = { workspace: { uuid: string; name: string }; member: { id: number; role: Role } };

const lifetimeMs = 7 * 24 * 60 * 60 * 1000;

/** Those that can still be accepted. */
export const list = (ctx: Ctx, page: PageInput): Promise<Page<Invitation>> =>
  pageById(
    {
      name: "invitations",
      rows: (position) => rows.list(ctx.db, ctx.member.workspaceId, position),
      total: () => rows.countOpen(ctx.db, ctx.member.workspaceId),
      present,
    },
    page,
  );

/**
 * @param input.email - the only address that may accept; anybody who holds the link may where it is absent
 * @throws {AppError} `insufficient_scope` where an admin invites an owner, `conflict` for a member's address, `invalid`
 */
export async function create(ctx: Ctx, input: { email?: string; role: Role }): Promise<NewInvitation> {
  requirePowerOver(ctx.member.role, input.role);
  const email = input.email === undefined ? null : accounts.emailIn(input.email);
  const { workspaceId } = ctx.member;
  const member = email === null ? undefined : await members.findByEmail(ctx.db, workspaceId, email);
  if (member) throw memberAlready(member.name);
  const { token, hash } = makeToken("syi_", workspaceId);

  const row = await ctx.db.transaction(async (tx) => {
    await rows.removeExpired(tx, workspaceId);
    const inserted = await rows.insert(tx, {
      workspaceId,
      tokenHash: hash,
      email,
      role: input.role,
      invitedBy: ctx.member.id,
      expiresAt: new Date(Date.now() + lifetimeMs),
    });
    await audit(
      { ...ctx, db: tx },
      { action: "invitation.created", target: targetOf(inserted), details: { role: input.role } },
    );
    return inserted;
  });
  return { ...present(row), url: new URL(`/invitations/${token}`, ctx.settings.publicUrl).href };
}

/** @throws {AppError} `not_found` */
export async function remove(ctx: Ctx, id: number): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    const row = await rows.remove(tx, ctx.member.workspaceId, id);
    if (!row) throw notFound();
    await audit({ ...ctx, db: tx }, { action: "invitation.deleted", target: targetOf(row) });
  });
}

/** @throws {AppError} `not_found` for a token that `accept` would not take either */
export async function look({ db }: Pick<Deps, "db">, token: string): Promise<OpenInvitation> {
  const read = readToken("syi_", token);
  const invitation = read && (await rows.findOpen(db, read.workspaceId, read.hash));
  const workspace = invitation && (await workspaces.find(db, invitation.workspaceId));
  if (!workspace) throw notFound();
  return { workspaceName: workspace.name, role: invitation.role, email: invitation.email };
}

/**
 * Makes whoever holds the link a member, once.
 *
 * @throws {AppError} `not_found` for a token that is unknown, used, expired, or of an inviter who no longer may invite;
 * `conflict` for a member, and for a newcomer whose address has an account; `invalid`. None of these uses it up.
 */
export async function accept(
  deps: Deps & { requestId: string },
  { token, joiner, browser }: { token: string; joiner: Joiner; browser: sessions.Browser },
): Promise<{ answer: Acceptance; session: sessions.OpenedSession }> {
  const read = readToken("syi_", token);
  const shown = read && (await rows.findOpen(deps.db, read.workspaceId, read.hash));
  if (!shown) throw notFound();
  const checked = "newcomer" in joiner ? { newcomer: await checkNewcomer(shown, joiner.newcomer) } : joiner;

  return await deps.db.transaction(async (tx) => {
    const workspace = await workspaces.lock(tx, read.workspaceId);
    const invitation = await rows.findOpen(tx, read.workspaceId, read.hash);
    if (!workspace || !invitation) throw notFound();

    const { email } = "newcomer" in checked ? checked.newcomer : checked.account;
    requireInvited(invitation, email);
    const account = "newcomer" in checked ? await accounts.create(tx, checked.newcomer) : checked.account;
    const { member, session } = await join({ ...deps, db: tx }, account, { invitation, browser });
    const answer = {
      workspace: { uuid: workspace.id, name: workspace.name },
      member: { id: member.id, role: member.role },
    };
    return { answer, session };
  });
}

async function join(
  { db, requestId }: { db: Deps["db"]; requestId: string },
  account: Account,
  { invitation, browser }: { invitation: rows.InvitationRow; browser: sessions.Browser },
) {
  const { workspaceId, role } = invitation;
  const member = await members.insert(db, { workspaceId, accountId: account.id, role });
  if (!member) throw new AppError("conflict", "You are a member of this workspace already.");
  await rows.remove(db, workspaceId, invitation.id);

  const session = await sessions.open(db, account.id, browser);
  await audit(
    { db, requestId, account, member, via: { kind: "session", idHash: session.idHash } },
    {
      action: "member.joined",
      target: { type: "member", id: member.id, name: account.name },
      details: { role, invitationId: invitation.id },
    },
  );
  return { member, session };
}

async function checkNewcomer(
  invitation: rows.InvitationRow,
  newcomer: accounts.Newcomer,
): Promise<accounts.CheckedNewcomer> {
  checkAll({
    newcomer: () => accounts.newcomerIn(newcomer),
    email: () => requireInvited(invitation, newcomer.email.trim()),
  });
  return accounts.check(newcomer);
}

function requireInvited(invitation: rows.InvitationRow, email: string): void {
  if (invitation.email === null || accounts.isSameEmail(invitation.email, email)) return;
  throw invalid("/email", "This invitation was made for another e-mail address.");
}

const memberAlready = (name: string): AppError =>
  new AppError("conflict", `${name} is a member already.`, {
    fields: { errors: [{ path: "/email", message: `${name} is a member already.` }] },
  });

const targetOf = ({ id, email }: rows.InvitationRow) => ({ type: "invitation", id, name: email });

const present = ({ id, email, role, expiresAt, createdAt }: rows.InvitationRow): Invitation => ({
  id,
  email,
  role,
  expiresAt: expiresAt.toISOString(),
  createdAt: createdAt.toISOString(),
});
