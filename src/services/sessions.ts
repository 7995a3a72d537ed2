import { AppError } from "#src/errors.ts";
import * as accounts from "#src/db/accounts.ts";
import * as rows from "#src/db/sessions.ts";
import { wellFormed } from "#src/lib/text.ts";
import { hashToken, sessionSecret } from "#src/lib/tokens.ts";
import { describe, type Me, presentAccount } from "#src/services/accounts.ts";
import type { Deps } from "#src/services/context.ts";
import { isPassword } from "#src/services/passwords.ts";

/** The browser that asks: the session cookie it sent, if any, and how it calls itself. */
export type Browser = { cookie: string | null; userAgent: string | null };

/** `secret` goes into the cookie and is kept nowhere. */
export type OpenedSession = { idHash: string; secret: string; expiresAt: Date };

const lifetimeMs = 30 * 24 * 60 * 60 * 1000;
const maxUserAgentChars = 256;

/**
 * Signs a browser in.
 *
 * @throws {AppError} `not_authenticated`, with the same words and after the same time for an unknown account and for a
 * wrong password
 */
export async function signIn(
  deps: Deps,
  { email, password }: { email: string; password: string },
  browser: Browser,
): Promise<{ me: Me; session: OpenedSession }> {
  const row = await accounts.findByEmail(deps.db, wellFormed(email).trim());
  const isRight = await isPassword(password, row?.passwordHash ?? null);
  if (!row || !isRight)
    throw new AppError("not_authenticated", "The e-mail address or the password is wrong.");

  const account = presentAccount(row);
  const session = await open(deps.db, account.id, browser);
  const me = await describe({ db: deps.db, account, via: { kind: "session", idHash: session.idHash } });
  return { me, session };
}

/**
 * Begins a session with an id that nobody can have planted, and ends the one that the browser had before.
 */
export async function open(db: Deps["db"], accountId: number, browser: Browser): Promise<OpenedSession> {
  const secret = sessionSecret();
  const session = { idHash: hashToken(secret), expiresAt: new Date(Date.now() + lifetimeMs) };

  if (browser.cookie !== null) await rows.remove(db, hashToken(browser.cookie));
  await rows.removeExpired(db, accountId);
  const userAgent = browser.userAgent && wellFormed(browser.userAgent).slice(0, maxUserAgentChars);
  await rows.insert(db, { ...session, accountId, userAgent });
  return { ...session, secret };
}

/** Ends the session that the cookie stands for. Twice is the same as once. */
export async function signOut({ db }: Pick<Deps, "db">, cookie: string | null): Promise<void> {
  if (cookie !== null) await rows.remove(db, hashToken(cookie));
}
