import { AppError, invalid } from "#src/errors.ts";
import * as rows from "#src/db/accounts.ts";
import * as members from "#src/db/members.ts";
import type { Account, AccountCtx, Deps, Role, Scope } from "#src/services/context.ts";
import { cleanText } from "#src/lib/text.ts";
import { checkAll } from "#src/services/checks.ts";
import { nameIn } from "#src/services/names.ts";
import { hashPassword, passwordIn } from "#src/services/passwords.ts";
import { scopesOfKey, scopesOfRole } from "#src/services/scopes.ts";

/** Somebody new, as they say who they are. */
export type Newcomer = { email: string; name: string; password: string };

/** A newcomer whose claims were checked, and whose password is a hash by now. */
export type CheckedNewcomer = rows.NewAccount;

/** What a signed-in account, or the holder of a key, may do and where. */
export type Me = {
  account: Account;
  workspaces: { uuid: string; name: string; memberId: number; role: Role; scopes: Scope[] }[];
};

const maxEmailChars = 254;

export const presentAccount = ({ id, email, name, avatarUrl }: rows.AccountRow): Account => ({
  id,
  email,
  name,
  avatarUrl,
});

/** What a newcomer claims, tidied. @throws {AppError} `invalid` */
export const newcomerIn = ({ email, name, password }: Newcomer): Newcomer =>
  checkAll({
    email: () => emailIn(email),
    name: () => nameIn(name),
    password: () => passwordIn(password),
  });

/**
 * Takes the time of a password hash, so it is done before a transaction begins.
 *
 * @throws {AppError} `invalid`
 */
export async function check(newcomer: Newcomer): Promise<CheckedNewcomer> {
  const { email, name, password } = newcomerIn(newcomer);
  return { email, name, passwordHash: await hashPassword(password) };
}

/** @throws {AppError} `conflict` where the e-mail address has an account already */
export async function create(db: Deps["db"], newcomer: CheckedNewcomer): Promise<Account> {
  const account = await rows.insert(db, newcomer);
  if (!account)
    throw new AppError(
      "conflict",
      "There is an account with this e-mail address. Sign in with it first, then try again.",
    );
  return presentAccount(account);
}

/** A key sees the workspace that it works in, and no more than it may do there. */
export async function describe({
  db,
  account,
  via,
}: Pick<AccountCtx, "db" | "account" | "via">): Promise<Me> {
  const memberships = await members.ofAccount(db, account.id);
  return {
    account,
    workspaces: memberships
      .filter(({ workspace }) => via.kind === "session" || workspace.id === via.workspaceId)
      .map(({ workspace, memberId, role }) => ({
        uuid: workspace.id,
        name: workspace.name,
        memberId,
        role,
        scopes: via.kind === "session" ? scopesOfRole(role) : scopesOfKey(via.granted, role),
      })),
  };
}

/**
 * Only what no address can be without is asked for; whether it is somebody's, only a message to it could tell.
 *
 * @throws {AppError} `invalid`
 */
export function emailIn(text: string): string {
  const email = text.trim();
  const isPlain =
    /^[^\s@<>,;:"()[\]\\]+@[^\s@<>,;:"()[\]\\]+$/.test(email) && cleanText(email) === email.normalize("NFC");
  if (!isPlain || email.length > maxEmailChars) throw invalid("/email", "This is not an e-mail address.");
  return email;
}

/** As the unique index compares: without case. */
export const isSameEmail = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();
