import { cookieFor, cookieIn } from "#src/http/page-cookies.ts";

const cookieName = "sy_notice";
const maxAgeSeconds = 60;

/** What a page says once about what was just done. Fixed words: anybody may plant a cookie. */
const words = {
  identity_linked: "From now on you can sign in with it as well.",
  identity_removed: "It no longer signs you in.",
  invitation_deleted: "The invitation is taken back. Its link no longer works.",
  key_deleted: "The key is deleted. It stopped working.",
  member_removed: "They are no longer a member of this workspace.",
  member_updated: "The role is changed. It holds from their next request on.",
  name_changed: "Your name is changed.",
  password_changed: "Your password is changed. Every other browser is signed out.",
  password_first:
    "There is an account with your e-mail address and a password. Sign in with them once, and add the other way to sign in to your account.",
  session_ended: "That browser is signed out.",
  sessions_ended: "Every other browser is signed out.",
  signed_out: "You are signed out.",
  workspace_left: "You are no longer a member of that workspace.",
  workspace_created: "The workspace is there, and it is yours.",
  workspace_renamed: "The workspace is renamed.",
  joined: "Welcome. You are a member now.",
} as const;

export type Notice = keyof typeof words;

const isNotice = (text: string | null): text is Notice => text !== null && Object.hasOwn(words, text);

/** For `seeOther`: the next page says this. */
export const noticeCookie = (notice: Notice, publicUrl: URL): string =>
  cookieFor(cookieName, notice, maxAgeSeconds, publicUrl);

/** For the page that said it. */
export const noNoticeCookie = (publicUrl: URL): string => cookieFor(cookieName, "", 0, publicUrl);

export function noticeIn(request: Request): string | null {
  const notice = cookieIn(request, cookieName);
  return isNotice(notice) ? words[notice] : null;
}
