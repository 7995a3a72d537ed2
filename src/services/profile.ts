import { invalid, notFound } from "#src/errors.ts";
import * as accounts from "#src/db/accounts.ts";
import * as sessions from "#src/db/sessions.ts";
import { checkAll } from "#src/services/checks.ts";
import type { AccountCtx } from "#src/services/context.ts";
import { requireSession } from "#src/services/identity.ts";
import { nameIn } from "#src/services/names.ts";
import { hashPassword, isPassword, passwordIn } from "#src/services/passwords.ts";

/** A browser in which the account is signed in. `id` names it to its owner and opens nothing. */
export type SignedIn = {
  id: string;
  /** Whether it is the one that asks. */
  isCurrent: boolean;
  /** As the browser calls itself. */
  userAgent: string | null;
  since: string;
  lastSeenAt: string;
};

const idChars = 16;

/** Whether there is a password to sign in with; who came through a provider has none. */
export const hasPassword = async (ctx: AccountCtx): Promise<boolean> =>
  (await ownRow(ctx)).passwordHash !== null;

/** @throws {AppError} `insufficient_scope` for an API key, `invalid` */
export async function rename(ctx: AccountCtx, name: string): Promise<void> {
  requireSession(ctx.via);
  await accounts.update(ctx.db, ctx.account.id, { name: nameIn(name) });
}

/**
 * Also ends every other session: who changes a password may have lost the old one to somebody.
 *
 * @param input.current - the password until now; an account that has none sets its first
 * @throws {AppError} `insufficient_scope` for an API key, `invalid`
 */
export async function changePassword(
  ctx: AccountCtx,
  input: { current: string; password: string },
): Promise<void> {
  const idHash = sessionIn(ctx);
  const { passwordHash: before } = await ownRow(ctx);
  const isRight = before === null || (await isPassword(input.current, before));
  checkAll({
    current: () => {
      if (!isRight) throw invalid("/current", "This is not your password.");
    },
    password: () => passwordIn(input.password),
  });
  const passwordHash = await hashPassword(input.password);

  await ctx.db.transaction(async (tx) => {
    await accounts.update(tx, ctx.account.id, { passwordHash });
    await sessions.removeOthers(tx, ctx.account.id, idHash);
  });
  ctx.log.info({ requestId: ctx.requestId, accountId: ctx.account.id }, "password changed");
}

/** Where the account is signed in, the browser last seen first. @throws {AppError} `insufficient_scope` for an API key */
export async function signedIn(ctx: AccountCtx): Promise<SignedIn[]> {
  const current = sessionIn(ctx);
  const rows = await sessions.ofAccount(ctx.db, ctx.account.id);
  return rows.map((row) => ({
    id: row.idHash.slice(0, idChars),
    isCurrent: row.idHash === current,
    userAgent: row.userAgent,
    since: row.createdAt.toISOString(),
    lastSeenAt: row.lastSeenAt.toISOString(),
  }));
}

/** Signs another browser out. @throws {AppError} `not_found`, also for somebody else's; `insufficient_scope` for an API key */
export async function endSession(ctx: AccountCtx, id: string): Promise<void> {
  requireSession(ctx.via);
  const rows = await sessions.ofAccount(ctx.db, ctx.account.id);
  const row = rows.find(({ idHash }) => idHash.slice(0, idChars) === id);
  if (!row) throw notFound();
  await sessions.remove(ctx.db, row.idHash);
}

/** @throws {AppError} `insufficient_scope` for an API key */
export async function endOtherSessions(ctx: AccountCtx): Promise<void> {
  await sessions.removeOthers(ctx.db, ctx.account.id, sessionIn(ctx));
}

async function ownRow({ db, account }: AccountCtx): Promise<accounts.AccountRow> {
  const row = await accounts.find(db, account.id);
  if (!row) throw notFound();
  return row;
}

function sessionIn({ via }: AccountCtx): string {
  requireSession(via);
  return via.idHash;
}
