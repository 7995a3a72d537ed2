import { eq, sql } from "drizzle-orm";
import type { Db } from "#src/db/client.ts";
import { accounts } from "#src/db/schema.ts";

export type AccountRow = typeof accounts.$inferSelect;
export type NewAccount = Pick<AccountRow, "email" | "name" | "passwordHash"> &
  Partial<Pick<AccountRow, "emailVerifiedAt">>;

/** E-mail addresses compare without case, by the rule of the unique index. */
export async function findByEmail(db: Db, email: string): Promise<AccountRow | undefined> {
  const [row] = await db
    .select()
    .from(accounts)
    .where(eq(sql`lower(${accounts.email})`, sql`lower(${email})`));
  return row;
}

export async function find(db: Db, id: number): Promise<AccountRow | undefined> {
  const [row] = await db.select().from(accounts).where(eq(accounts.id, id));
  return row;
}

/** The same, and nobody else changes it until the transaction ends. */
export async function lock(tx: Db, id: number): Promise<AccountRow | undefined> {
  const [row] = await tx.select().from(accounts).where(eq(accounts.id, id)).for("update");
  return row;
}

export async function update(
  db: Db,
  id: number,
  change: Partial<Pick<AccountRow, "name" | "passwordHash" | "emailVerifiedAt">>,
): Promise<void> {
  await db.update(accounts).set(change).where(eq(accounts.id, id));
}

/** @returns undefined where the e-mail address is taken */
export async function insert(db: Db, account: NewAccount): Promise<AccountRow | undefined> {
  const [row] = await db.insert(accounts).values(account).onConflictDoNothing().returning();
  return row;
}
