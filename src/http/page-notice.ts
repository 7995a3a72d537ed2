import { cookieFor, cookieIn } from "#src/http/page-cookies.ts";

const cookieName = "sy_notice";
const maxAgeSeconds = 60;

/** What a page says once about what was just done. Fixed words: anybody may plant a cookie. */
const words = {
  connected: "You are connected.",
  connected_disabled:
    "You are connected. But the server is disabled: it can be used again once somebody enables it.",
  connected_silently:
    "You are signed in, and that is kept. But the server did not answer as it should: its last test says why.",
  access_changed: "Who may use it is changed. Whoever lost access lost the connection as well.",
  authorize_again: "The changes are saved. Everybody has to sign in anew.",
  disconnected: "You are disconnected. The tokens are deleted here and revoked there.",
  disconnected_here:
    "You are disconnected. What was kept of you is deleted here; the server has no way to be told.",
  disconnected_unconfirmed:
    "You are disconnected, and the tokens are deleted here. Revoking them there failed; it is tried again for some days.",
  identity_linked: "From now on you can sign in with it as well.",
  identity_removed: "It no longer signs you in.",
  invitation_deleted: "The invitation is taken back. Its link no longer works.",
  key_revoked: "The key is revoked. It stopped working.",
  member_removed: "They are no longer a member of this workspace.",
  member_updated: "The role is changed. It holds from their next request on.",
  member_disconnected: "Their connection is ended. The tokens are deleted here and revoked there.",
  member_disconnected_here: "Their connection is ended. The server has no way to be told.",
  member_disconnected_unconfirmed:
    "Their connection is ended. Revoking the tokens there failed; it is tried again for some days.",
  name_changed: "Your name is changed.",
  password_changed: "Your password is changed. Every other browser is signed out.",
  password_first:
    "There is an account with your e-mail address and a password. Sign in with them once, and add the other way to sign in to your account.",
  registration_cleared:
    "The registration is cleared: our client and everybody’s tokens are forgotten. Set the server up anew.",
  server_added: "The server is added.",
  server_added_key_refused: "The server is added, but it did not take the key. Give it again.",
  server_added_silent: "The server is added, but it does not answer as it should: its last test says why.",
  server_disabled: "The server is disabled. Connections are kept.",
  server_enabled: "The server is enabled.",
  server_exists: "This workspace has this server already. Here it is.",
  server_set_up: "The server answers. Everything is set up.",
  server_updated: "The changes are saved.",
  session_ended: "That browser is signed out.",
  sessions_ended: "Every other browser is signed out.",
  set_up_again: "The changes are saved. The server has to be set up again, and everybody connects anew.",
  signed_out: "You are signed out.",
  workspace_left: "You are no longer a member of that workspace.",
  workspace_created: "The workspace is there, and it is yours.",
  workspace_renamed: "The workspace is renamed.",
  issuer_unknown:
    "The changes are saved. But where the client belongs to could not be found out: it is taken to be where the server sends the first member to sign in, and Activity will tell where that was.",
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
