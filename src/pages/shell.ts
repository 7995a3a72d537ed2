import { cookieFor, cookieIn } from "#src/http/page-cookies.ts";
import { noNoticeCookie, noticeIn } from "#src/http/page-notice.ts";
import { describe } from "#src/services/accounts.ts";
import type { AccountCtx, Member } from "#src/services/context.ts";
import type { Shell } from "#views/layout.tsx";

type Asked = {
  ctx: AccountCtx & { member?: Member };
  request: Request;
  set: { headers: Record<string, unknown> };
};

const lastWorkspace = "sy_workspace";
const yearSeconds = 31_536_000;

/** What stands around a page: who looks, in which workspace, and what is to be said once. */
export async function shellOf({ ctx, request, set }: Asked): Promise<Shell> {
  const { publicUrl } = ctx.settings;
  const me = await describe(ctx);
  const uuid = ctx.member?.workspaceId ?? cookieIn(request, lastWorkspace);
  const workspace = me.workspaces.find((one) => one.uuid === uuid) ?? me.workspaces[0] ?? null;
  const notice = noticeIn(request);

  const cookies: string[] = [];
  if (notice !== null) cookies.push(noNoticeCookie(publicUrl));
  if (workspace && workspace.uuid !== cookieIn(request, lastWorkspace))
    cookies.push(cookieFor(lastWorkspace, workspace.uuid, yearSeconds, publicUrl));
  setCookies(set, ...cookies);
  return { me, workspace, notice };
}

/** To those that the answer carries already. */
export function setCookies(set: Asked["set"], ...cookies: string[]): void {
  if (cookies.length === 0) return;
  const before = set.headers["set-cookie"];
  set.headers["set-cookie"] = [
    ...(Array.isArray(before) ? before : before === undefined ? [] : [before]),
    ...cookies,
  ];
}
