import { cookieIn } from "#src/http/page-cookies.ts";
import { hashToken } from "#src/lib/tokens.ts";

/** What the cookie of an authorization in flight says: where its flow is, and that this browser began it. */
export type FlowBrowser = { workspaceId: string; secret: string };

/** One cookie per flow, so that several tabs may connect at once. */
const nameFor = (state: string, publicUrl: URL): string =>
  `${publicUrl.protocol === "https:" ? "__Host-" : ""}sy_flow_${hashToken(state).slice(0, 16)}`;

export const flowCookie = (
  state: string,
  { workspaceId, secret }: FlowBrowser,
  expiresAt: Date,
  publicUrl: URL,
): string =>
  `${nameFor(state, publicUrl)}=${workspaceId}.${secret}; Expires=${expiresAt.toUTCString()}; ${attributes(publicUrl)}`;

export const noFlowCookie = (state: string, publicUrl: URL): string =>
  `${nameFor(state, publicUrl)}=; Max-Age=0; ${attributes(publicUrl)}`;

export function flowBrowserOf(request: Request, state: string, publicUrl: URL): FlowBrowser | null {
  const value = cookieIn(request, nameFor(state, publicUrl)) ?? "";
  const [, workspaceId, secret] =
    /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([A-Za-z0-9_-]+)$/.exec(value) ?? [];
  return workspaceId && secret ? { workspaceId, secret } : null;
}

/** Lax: the authorization server sends the browser back from its own site, by a plain navigation. */
const attributes = (publicUrl: URL): string =>
  `Path=/; HttpOnly; SameSite=Lax${publicUrl.protocol === "https:" ? "; Secure" : ""}`;
