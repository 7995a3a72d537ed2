import { notFound } from "#src/errors.ts";
import * as rows from "#src/db/api-keys.ts";
import { makeToken } from "#src/lib/tokens.ts";
import { type Actor, audit } from "#src/services/audit-events.ts";
import type { Ctx, Scope } from "#src/services/context.ts";
import { pageById } from "#src/services/id-page.ts";
import { nameIn } from "#src/services/names.ts";
import type { Page, PageInput } from "#src/services/paging.ts";
import { requireScope } from "#src/services/scopes.ts";

export type ApiKey = {
  id: number;
  name: string;
  scopes: Scope[];
  expiresAt: string | null;
  createdAt: string;
  lastUsedAt: string | null;
};

/** `key` is shown this once: only its hash is kept. */
export type NewApiKey = Omit<ApiKey, "lastUsedAt"> & { key: string };

export type ApiKeyInput = { name: string; scopes: Scope[]; expiresInDays?: number };

const dayMs = 24 * 60 * 60 * 1000;

/** The asking member's own keys, expired ones among them. Nobody sees another's. */
export const list = (ctx: Ctx, page: PageInput): Promise<Page<ApiKey>> =>
  pageById(
    {
      name: "api-keys",
      rows: (position) => rows.list(ctx.db, ownerIn(ctx), position),
      total: () => rows.countOwn(ctx.db, ownerIn(ctx)),
      present,
    },
    page,
  );

/**
 * @throws {AppError} `insufficient_scope` for a scope that the asker does not hold, `invalid`
 */
export async function create(ctx: Ctx, input: ApiKeyInput): Promise<NewApiKey> {
  const name = nameIn(input.name);
  for (const scope of input.scopes) requireScope(ctx.member, scope);
  const expiresAt = endOf(ctx, input.expiresInDays);

  return await ctx.db.transaction((tx) =>
    issue({ ...ctx, db: tx }, { name, scopes: input.scopes, expiresAt }),
  );
}

/** Writes the key and the event of its making: call it in a transaction. */
export async function issue(
  actor: Actor,
  { name, scopes, expiresAt }: { name: string; scopes: Scope[]; expiresAt: Date | null },
): Promise<NewApiKey> {
  const { token, hash } = makeToken("sy_", actor.member.workspaceId);
  const row = await rows.insert(actor.db, { ...ownerIn(actor), name, scopes, keyHash: hash, expiresAt });
  await audit(actor, {
    action: "api_key.created",
    target: targetOf(row),
    details: { scopes, expiresAt: expiresAt?.toISOString() ?? null },
  });
  const { lastUsedAt: _, ...shown } = present(row);
  return { ...shown, key: token };
}

/** @throws {AppError} `not_found`, also for another member's */
export async function remove(ctx: Ctx, id: number): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    const row = await rows.remove(tx, ownerIn(ctx), id);
    if (!row) throw notFound();
    await audit({ ...ctx, db: tx }, { action: "api_key.deleted", target: targetOf(row) });
  });
}

/** A key made with a key does not outlive it: else a short-lived one could be made to last. */
function endOf(ctx: Ctx, expiresInDays: number | undefined): Date | null {
  const asked = expiresInDays === undefined ? null : new Date(Date.now() + expiresInDays * dayMs);
  const latest = ctx.via.kind === "api_key" ? ctx.via.expiresAt : null;
  if (asked === null || latest === null) return asked ?? latest;
  return asked < latest ? asked : latest;
}

const ownerIn = ({ member }: Pick<Actor, "member">) => ({
  workspaceId: member.workspaceId,
  memberId: member.id,
});

const targetOf = ({ id, name }: rows.ApiKeyRow) => ({ type: "api_key", id, name });

const present = (row: rows.ApiKeyRow): ApiKey => ({
  id: row.id,
  name: row.name,
  scopes: row.scopes,
  expiresAt: row.expiresAt?.toISOString() ?? null,
  createdAt: row.createdAt.toISOString(),
  lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
});
