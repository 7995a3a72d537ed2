import * as accounts from "#src/db/accounts.ts";
import * as apiKeyRows from "#src/db/api-keys.ts";
import * as members from "#src/db/members.ts";
import * as workspaces from "#src/db/workspaces.ts";
import { sessionCookie } from "#src/http/session-cookie.ts";
import { makeToken } from "#src/lib/tokens.ts";
import type { Account, Deps, Role, Scope } from "#src/services/context.ts";
import * as sessions from "#src/services/sessions.ts";

/** An answer as a client sees it. `code` is that of an error, null where it is none. */
export type Answer<T = unknown> = { status: number; headers: Headers; body: T; code: string | null };

/** Asks like curl. A path that does not begin with a slash is of the caller's own workspace. */
export type Caller = {
  workspaceId: string;
  /** The absolute path of something in the caller's own workspace, for somebody else to try. */
  path(inWorkspace: string): string;
  get<T = unknown>(path: string, headers?: Record<string, string>): Promise<Answer<T>>;
  post<T = unknown>(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer<T>>;
  put<T = unknown>(path: string, body?: unknown): Promise<Answer<T>>;
  patch<T = unknown>(path: string, body?: unknown): Promise<Answer<T>>;
  delete<T = unknown>(path: string): Promise<Answer<T>>;
  /** Anything else: an odd body, an odd method, an answer that is no JSON. */
  send(path: string, init: RequestInit): Promise<Response>;
};

/** Somebody who calls with an API key that holds all scopes of their role. */
export type Person = Caller & {
  account: Account;
  memberId: number;
  key: string;
  /** The same person with a key of these scopes only. */
  withScopes(...scopes: Scope[]): Promise<Caller>;
  /** The same person in a browser, signed in. */
  signedIn(): Promise<Caller & { cookie: string }>;
};

export type People = { ada: Person; bob: Person; vic: Person; eve: Person; stranger: Caller };

type App = { deps: Deps; handle(request: Request): Promise<Response> };

/** Ada owns a workspace, Bob is a member of it and Vic views; Eve owns another. The stranger proves nothing. */
export async function makePeople(app: App): Promise<People> {
  const ours = await workspaces.insert(app.deps.db, "Ours");
  const theirs = await workspaces.insert(app.deps.db, "Theirs");
  return {
    ada: await makePerson(app, { name: "Ada", role: "owner", workspaceId: ours.id }),
    bob: await makePerson(app, { name: "Bob", role: "member", workspaceId: ours.id }),
    vic: await makePerson(app, { name: "Vic", role: "viewer", workspaceId: ours.id }),
    eve: await makePerson(app, { name: "Eve", role: "owner", workspaceId: theirs.id }),
    stranger: callerOf(app, ours.id, {}),
  };
}

/** Written as rows, as hashing a password takes longer than a whole test. */
export async function makePerson(
  app: App,
  { name, role, workspaceId }: { name: string; role: Role; workspaceId: string },
): Promise<Person> {
  const { db } = app.deps;
  // Accounts are shared by all workspaces of a database, and every test has an Ada.
  const email = `${name.toLowerCase()}@${workspaceId}.example.com`;
  const account = await accounts.insert(db, { email, name, passwordHash: null });
  const member = account && (await members.insert(db, { workspaceId, accountId: account.id, role }));
  if (!member) throw new Error(`There is a ${name} already.`);

  const issue = async (scopes: Scope[]): Promise<string> => {
    const { token, hash } = makeToken("sy_", workspaceId);
    await apiKeyRows.insert(db, { workspaceId, memberId: member.id, name: "Test", scopes, keyHash: hash });
    return token;
  };
  const key = await issue(["apps:admin"]);
  return {
    ...callerOf(app, workspaceId, bearer(key)),
    account,
    memberId: member.id,
    key,
    withScopes: async (...scopes) => callerOf(app, workspaceId, bearer(await issue(scopes))),
    async signedIn() {
      const { publicUrl } = app.deps.settings;
      const { secret, expiresAt } = await sessions.open(db, account.id, { cookie: null, userAgent: null });
      const [cookie = ""] = sessionCookie(secret, expiresAt, publicUrl).split(";");
      return { ...callerOf(app, workspaceId, { cookie, origin: publicUrl.origin }), cookie };
    },
  };
}

export const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

export function callerOf(app: App, workspaceId: string, proof: Record<string, string>): Caller {
  const path = (text: string) => (text.startsWith("/") ? text : `/api/v2/w/${workspaceId}/${text}`);
  const send = (to: string, init: RequestInit) => {
    const headers = { ...proof, ...Object.fromEntries(new Headers(init.headers)) };
    return app.handle(new Request(new URL(path(to), app.deps.settings.publicUrl), { ...init, headers }));
  };
  const sendJson = async <T>(
    method: string,
    to: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ) => {
    const init =
      body === undefined
        ? { method, headers }
        : { method, headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(body) };
    return await answerOf<T>(await send(to, init));
  };
  return {
    workspaceId,
    path,
    get: (to, headers) => sendJson("GET", to, undefined, headers),
    post: (to, body, headers) => sendJson("POST", to, body, headers),
    put: (to, body) => sendJson("PUT", to, body),
    patch: (to, body) => sendJson("PATCH", to, body),
    delete: (to) => sendJson("DELETE", to),
    send,
  };
}

async function answerOf<T>(response: Response): Promise<Answer<T>> {
  const text = await response.text();
  const body = text === "" ? null : JSON.parse(text);
  return { status: response.status, headers: response.headers, body, code: body?.detail?.code ?? null };
}
