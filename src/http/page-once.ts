import { cookieFor, cookieIn } from "#src/http/page-cookies.ts";
import type { AccountCtx } from "#src/services/context.ts";

const cookieName = "sy_once";
const maxAgeSeconds = 120;

/** What may be shown a single time: after the redirect that follows its making, and by no reload. */
export type Once = "api_key" | "invitation";

type Owner = Pick<AccountCtx, "account" | "keyring" | "settings">;

/** For `seeOther`: carries a secret to the next page, sealed for this account and this use. */
export const onceCookie = (ctx: Owner, use: Once, secret: string): string =>
  cookieFor(cookieName, ctx.keyring.seal(secret, boundTo(ctx, use)), maxAgeSeconds, ctx.settings.publicUrl);

/** For the page that showed it. */
export const noOnceCookie = (publicUrl: URL): string => cookieFor(cookieName, "", 0, publicUrl);

export function onceIn(ctx: Owner, use: Once, request: Request): string | null {
  const sealed = cookieIn(request, cookieName);
  if (sealed === null) return null;
  try {
    return ctx.keyring.open(sealed, boundTo(ctx, use));
  } catch {
    // Of another account, for another use, or nothing of ours at all.
    return null;
  }
}

const boundTo = ({ account }: Owner, use: Once): string => `shown-once/${account.id}/${use}`;
