import { AppError, notFound } from "#src/errors.ts";
import * as accountRows from "#src/db/accounts.ts";
import * as rows from "#src/db/identities.ts";
import { cleanText } from "#src/lib/text.ts";
import type { Person, Provider } from "#src/oauth/sign-in/provider.ts";
import * as accounts from "#src/services/accounts.ts";
import type { Account, AccountCtx, Deps } from "#src/services/context.ts";
import { requireSession } from "#src/services/identity.ts";

/** An account at a provider that its owner signs in with here. */
export type LinkedIdentity = { provider: string; subject: string; email: string | null; since: string };

/** Somebody whom a provider has named, as far as that is worth something here. */
export type Proven = {
  provider: Provider;
  subject: string;
  /** An address that the provider vouches for. */
  email: string | null;
  name: string;
};

const maxNameChars = 80;

/**
 * What counts of a provider's word. An address counts in ASCII alone: letters that look alike, or that are one letter when
 * case is ignored, must not lead to somebody else's account.
 */
export function provenBy(provider: Provider, { subject, verifiedEmail, name }: Person): Proven {
  const email =
    verifiedEmail !== null && /^[\x21-\x7e]+$/.test(verifiedEmail) ? addressIn(verifiedEmail) : null;
  const said = cleanText(name ?? "") || (email?.split("@")[0] ?? provider.name);
  return { provider, subject, email, name: [...said].slice(0, maxNameChars).join("").trim() };
}

export const find = ({ db }: Pick<Deps, "db">, { provider, subject }: Proven) =>
  rows.findAccount(db, { provider: provider.id, subject });

/**
 * Whether the address alone leads to this account. Not where somebody typed it and chose a password: it may be a stranger
 * who waits there for the address's owner to come in.
 */
export const isLedToBy = ({ emailVerifiedAt, passwordHash }: accountRows.AccountRow): boolean =>
  emailVerifiedAt !== null || passwordHash === null;

/**
 * From now on the person signs in to this account with this.
 *
 * @throws {AppError} `conflict` where they sign in to another account with it
 */
export async function link(
  { db }: Pick<Deps, "db">,
  account: Pick<Account, "id" | "email">,
  { provider, subject, email }: Proven,
): Promise<void> {
  const isNew = await rows.insert(db, { provider: provider.id, subject, accountId: account.id, email });
  const owner = isNew ? account : await rows.findAccount(db, { provider: provider.id, subject });
  if (owner?.id !== account.id)
    throw new AppError(
      "conflict",
      `Somebody signs in to another account here with this ${provider.name} account.`,
    );
  if (email !== null && accounts.isSameEmail(email, account.email))
    await accountRows.update(db, account.id, { emailVerifiedAt: new Date() });
}

export async function list({ db, account }: Pick<AccountCtx, "db" | "account">): Promise<LinkedIdentity[]> {
  return (await rows.ofAccount(db, account.id)).map(({ provider, subject, email, createdAt }) => ({
    provider,
    subject,
    email,
    since: createdAt.toISOString(),
  }));
}

/**
 * @throws {AppError} `not_found`, also for somebody else's; `conflict` where nothing would be left to sign in with;
 * `insufficient_scope` for an API key
 */
export async function unlink(ctx: AccountCtx, key: { provider: string; subject: string }): Promise<void> {
  requireSession(ctx.via);
  await ctx.db.transaction(async (tx) => {
    const row = await accountRows.lock(tx, ctx.account.id);
    if (!(await rows.remove(tx, ctx.account.id, key))) throw notFound();
    if (row?.passwordHash === null && (await rows.ofAccount(tx, ctx.account.id)).length === 0)
      throw new AppError("conflict", "This is the only way you sign in. Set a password first.");
  });
}

function addressIn(text: string): string | null {
  try {
    return accounts.emailIn(text);
  } catch {
    return null;
  }
}
