import { and, asc, eq } from "drizzle-orm";
import type { Db } from "#src/db/client.ts";
import type { AccountRow } from "#src/db/accounts.ts";
import { accounts, identities } from "#src/db/schema.ts";

export type IdentityRow = typeof identities.$inferSelect;
export type NewIdentity = Omit<IdentityRow, "createdAt">;

type Key = Pick<IdentityRow, "provider" | "subject">;

const at = ({ provider, subject }: Key) =>
  and(eq(identities.provider, provider), eq(identities.subject, subject));

/** Whose account it is that somebody signs in to with this. */
export async function findAccount(db: Db, key: Key): Promise<AccountRow | undefined> {
  const [row] = await db
    .select({ account: accounts })
    .from(identities)
    .innerJoin(accounts, eq(accounts.id, identities.accountId))
    .where(at(key));
  return row?.account;
}

/** The first one first. */
export const ofAccount = (db: Db, accountId: number): Promise<IdentityRow[]> =>
  db
    .select()
    .from(identities)
    .where(eq(identities.accountId, accountId))
    .orderBy(asc(identities.createdAt), asc(identities.provider), asc(identities.subject));

/** @returns false where it is known already, whoever's it is */
export async function insert(db: Db, identity: NewIdentity): Promise<boolean> {
  const rows = await db.insert(identities).values(identity).onConflictDoNothing().returning();
  return rows.length > 0;
}

/** @returns false where the account has no such identity */
export async function remove(db: Db, accountId: number, key: Key): Promise<boolean> {
  const rows = await db
    .delete(identities)
    .where(and(at(key), eq(identities.accountId, accountId)))
    .returning();
  return rows.length > 0;
}
