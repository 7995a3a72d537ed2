import { sessionCookie } from "#src/http/session-cookie.ts";
import type { Deps } from "#src/services/context.ts";
import * as sessions from "#src/services/sessions.ts";

/** A browser without a screen: keeps cookies and follows nothing. */
export type Visitor = {
  cookies: Map<string, string>;
  open(url: string, headers?: Record<string, string>): Promise<Response>;
  /** In the place of a sign-in. */
  signInAs(accountId: number): Promise<void>;
};

export function visitorOf(app: { deps: Deps; handle(request: Request): Promise<Response> }): Visitor {
  const { publicUrl } = app.deps.settings;
  const cookies = new Map<string, string>();
  const keep = (setCookie: string) => {
    const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(setCookie) ?? [];
    if (value === "") cookies.delete(name);
    else cookies.set(name, value);
  };
  return {
    cookies,
    async open(url, headers = {}) {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
      const response = await app.handle(
        new Request(new URL(url, publicUrl), { headers: { cookie, ...headers } }),
      );
      response.headers.getSetCookie().forEach(keep);
      return response;
    },
    async signInAs(accountId) {
      const { secret, expiresAt } = await sessions.open(app.deps.db, accountId, {
        cookie: null,
        userAgent: null,
      });
      keep(sessionCookie(secret, expiresAt, publicUrl));
    },
  };
}
