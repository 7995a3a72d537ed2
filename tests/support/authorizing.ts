import { eq } from "drizzle-orm";
import { credentials } from "#src/db/schema.ts";
import type { Deps } from "#src/services/context.ts";
import type { McpServer } from "#src/services/servers/index.ts";
import type { Visit } from "#tests/support/authorization-pages.ts";
import { makePeople, type Person } from "#tests/support/people.ts";

/** Whoever plays the person on the authorization server's own pages. */
type LogsIn = { login(authorizeUrl: string, visit?: Visit): Promise<URL> };
type App = { deps: Deps; handle(request: Request): Promise<Response> };

/** A browser on its way: where it was sent, and what it has to bring back. */
export type Begun = { location: URL; state: string; sessionCookie: string; flowCookie: string };

/** Opens an `authorizeUrl` in the person's signed-in browser, up to the redirect. */
export async function begin(app: App, person: Person, authorizeUrl: string): Promise<Begun> {
  const { cookie: sessionCookie } = await person.signedIn();
  const headers = { accept: "text/html", cookie: sessionCookie };
  const response = await app.handle(new Request(authorizeUrl, { headers }));
  const location = URL.parse(response.headers.get("location") ?? "");
  if (response.status !== 302 || !location)
    throw new Error(`Nothing was begun: ${response.status} ${await response.text()}`);
  const [flowCookie = ""] = response.headers.getSetCookie().map((cookie) => cookie.split(";")[0]);
  return { location, state: location.searchParams.get("state") ?? "", sessionCookie, flowCookie };
}

/** What the browser does with the redirect back to us, with these cookies. */
export const comeBack = (app: App, callback: URL | string, ...cookies: string[]): Promise<Response> =>
  app.handle(
    new Request(callback, {
      headers: { accept: "text/html", ...(cookies.length > 0 ? { cookie: cookies.join("; ") } : {}) },
    }),
  );

/** The whole way through sign-in and consent and back. @returns our answer to the callback */
export async function authorize(
  app: App,
  person: Person,
  authorizeUrl: string,
  at: LogsIn,
  visit?: Visit,
): Promise<Response> {
  const { location, sessionCookie, flowCookie } = await begin(app, person, authorizeUrl);
  return comeBack(app, await at.login(location.href, visit), sessionCookie, flowCookie);
}

/** Ada's flow at a server of her workspace, as far as the authorization server's redirect back to us. */
export async function flowAt(
  app: App,
  at: { url: string; login: LogsIn["login"]; oauth?: Record<string, unknown> },
  returnTo?: string,
) {
  const people = await makePeople(app);
  const { body: server } = await people.ada.post<McpServer>("mcp-servers", {
    url: at.url,
    ...(at.oauth ? { oauth: at.oauth } : {}),
  });
  await people.ada.post(`mcp-servers/${server.id}/enable`);
  const authorizeUrl = authorizeUrlOf(app, server);
  const url = new URL(authorizeUrl);
  if (returnTo !== undefined) url.searchParams.set("return_to", returnTo);
  const begun = await begin(app, people.ada, url.href);
  const callback = await at.login(begun.location.href);
  const cookies: [string, string] = [begun.sessionCookie, begun.flowCookie];
  return { ...people, server, authorizeUrl, begun, callback, cookies };
}

/** Where every member's browser begins. */
export const authorizeUrlOf = (app: App, server: Pick<McpServer, "id" | "workspaceUuid">): string =>
  new URL(
    `/api/v2/w/${server.workspaceUuid}/mcp-servers/${server.id}/oauth/authorize`,
    app.deps.settings.publicUrl,
  ).href;

/** Lets the access tokens that members hold for a server have ended just now. */
export async function endTokens(app: App, serverId: number): Promise<void> {
  const endedAt = new Date(Date.now() - 1_000);
  await app.deps.db
    .update(credentials)
    .set({ expiresAt: endedAt, refreshAt: endedAt })
    .where(eq(credentials.serverId, serverId));
}
