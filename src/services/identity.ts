import { AppError } from "#src/errors.ts";
import * as apiKeys from "#src/db/api-keys.ts";
import * as sessions from "#src/db/sessions.ts";
import type { MemberRow } from "#src/db/members.ts";
import { hashToken, readToken } from "#src/lib/tokens.ts";
import { presentAccount } from "#src/services/accounts.ts";
import type { Account, Deps, Member, Scope, Via } from "#src/services/context.ts";
import { scopesOfKey, scopesOfRole } from "#src/services/scopes.ts";

/** What a request brings along to prove who asks: the `Authorization` header and the session cookie's value. */
export type Proof = { authorization: string | null; cookie: string | null };

/** `member` is null where the account has no place in the workspace that was asked for, or none was. */
export type Identity = { account: Account; via: Via; member: Member | null };

const touchAfterMs = 60_000;
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The same for a proof that is missing, unknown, expired or revoked: a stranger learns nothing of what there was. */
export const notAuthenticated = (): AppError =>
  new AppError(
    "not_authenticated",
    "Sign in, or send an API key that works as `Authorization: Bearer sy_…`.",
  );

/**
 * Finds out who asks and what they are in that workspace, in one statement.
 *
 * A header outweighs a cookie, also where the header is bad: whoever sends a key wants to act as that key.
 *
 * @param workspaceId - as the client wrote it; what is no UUID, or not the key's own workspace, gives no member
 * @throws {AppError} `not_authenticated`
 */
export async function identify(
  deps: Pick<Deps, "db" | "log">,
  { authorization, cookie }: Proof,
  workspaceId: string | null,
): Promise<Identity> {
  const asked = workspaceId !== null && uuid.test(workspaceId) ? workspaceId.toLowerCase() : null;
  const identity =
    authorization === null
      ? await ofSession(deps, cookie, asked)
      : await ofApiKey(deps, authorization, asked);
  if (!identity) throw notAuthenticated();
  return identity;
}

/**
 * Who is signed in: for what a person does, and no key may.
 *
 * @throws {AppError} `not_authenticated`, `insufficient_scope` for an API key
 */
export async function identifySession(deps: Pick<Deps, "db" | "log">, proof: Proof): Promise<Account> {
  const { account, via } = await identify(deps, proof, null);
  requireSession(via);
  return account;
}

/** @throws {AppError} `insufficient_scope` for an API key */
export function requireSession(via: Via): asserts via is Extract<Via, { kind: "session" }> {
  if (via.kind === "session") return;
  throw new AppError("insufficient_scope", "This needs a signed-in session; an API key cannot do it.", {
    fields: { requiredScope: "session" },
  });
}

/** Who is signed in in a browser that shows something else as its proof; null where nobody is. */
export async function accountOfSession(
  deps: Pick<Deps, "db" | "log">,
  cookie: string | null,
): Promise<Account | null> {
  return (await ofSession(deps, cookie, null))?.account ?? null;
}

async function ofApiKey(
  deps: Pick<Deps, "db" | "log">,
  authorization: string,
  workspaceId: string | null,
): Promise<Identity | null> {
  const [, text] = /^bearer +(\S+)$/i.exec(authorization) ?? [];
  const token = text === undefined ? null : readToken("sy_", text);
  // The hash of 190 random bits is looked up: how long that takes tells nothing about any other key.
  const found = token && (await apiKeys.findLive(deps.db, token.workspaceId, token.hash));
  if (!found) return null;

  const { key, account, member } = found;
  if (isDue(key.lastUsedAt)) inBackground(deps, apiKeys.touch(deps.db, key.workspaceId, key.id));
  return {
    account: presentAccount(account),
    via: {
      kind: "api_key",
      id: key.id,
      workspaceId: key.workspaceId,
      granted: key.scopes,
      expiresAt: key.expiresAt,
    },
    member: workspaceId === key.workspaceId ? memberWith(member, scopesOfKey(key.scopes, member.role)) : null,
  };
}

async function ofSession(
  deps: Pick<Deps, "db" | "log">,
  cookie: string | null,
  workspaceId: string | null,
): Promise<Identity | null> {
  const idHash = cookie === null ? null : hashToken(cookie);
  const found = idHash && (await sessions.findLive(deps.db, idHash, workspaceId));
  if (!found) return null;

  const { session, account, member } = found;
  if (isDue(session.lastSeenAt)) inBackground(deps, sessions.touch(deps.db, idHash));
  return {
    account: presentAccount(account),
    via: { kind: "session", idHash },
    member: member && memberWith(member, scopesOfRole(member.role)),
  };
}

const memberWith = ({ id, workspaceId, role }: MemberRow, scopes: Scope[]): Member => ({
  id,
  workspaceId,
  role,
  scopes,
});

const isDue = (touchedAt: Date | null): boolean =>
  touchedAt === null || Date.now() - touchedAt.getTime() > touchAfterMs;

/** When a proof was last used is worth knowing, but no request waits for it or fails with it. */
function inBackground({ log }: Pick<Deps, "log">, touched: Promise<void>): void {
  touched.catch((error: unknown) => log.warn({ error }, "could not note that a key or session was used"));
}
