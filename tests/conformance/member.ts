import { ask, Refused } from "#tests/conformance/api.ts";
import { openInBrowser } from "#tests/conformance/browser.ts";
import type { Access } from "#tests/conformance/subject.ts";

type Server = { id: number; authType: string; state: string };
export type Tool = { name: string; inputSchema: object };
export type Call = { arguments?: object; inputResponses?: object; requestState?: string };
export type Called = {
  isError?: boolean;
  inputRequired?: { inputRequests: Record<string, unknown>; requestState?: string };
};

/** Far more than Switchyard itself allows: whoever gets this far is sent round in circles. */
const MAX_SIGN_INS = 12;

/** A member, who is an admin too, and a server of theirs. They do what each answer says is to be done next. */
export type Member = Awaited<ReturnType<typeof addServer>>;

/** @throws {Refused} as all that the member does */
export async function addServer(access: Access, url: string, oauth?: object) {
  const { id } = await ask<Server>(access, "POST", "", { url, ...(oauth ? { oauth } : {}) });
  const asked = <T>(method: string, path: string, body?: object): Promise<T> =>
    ask<T>(access, method, `/${id}${path}`, body);

  async function signingIn<T>(work: () => Promise<T>): Promise<T> {
    for (let signIns = 0; signIns < MAX_SIGN_INS; signIns += 1) {
      try {
        return await work();
      } catch (refusal) {
        const authorizeUrl = refusal instanceof Refused ? refusal.detail.authorizeUrl : undefined;
        if (authorizeUrl === undefined) throw refusal;
        await openInBrowser(access, authorizeUrl);
      }
    }
    throw new Error(`The member was asked to sign in ${MAX_SIGN_INS} times.`);
  }

  return {
    /** Sets the server up, which may take a sign-in; where it takes none, links the member to it. */
    async connect(): Promise<void> {
      const found = await asked<Server>("POST", "/enable");
      if (found.state === "AUTHORIZE") await signingIn(() => asked("POST", "/enable"));
      if (found.authType === "direct_auth") await asked("POST", "/credentials");
    },
    test: () => asked("POST", "/test"),
    tools: async () => (await signingIn(() => asked<{ tools: Tool[] }>("GET", "/tools"))).tools,
    call: (tool: string, call: Call = {}) =>
      signingIn(() => asked<Called>("POST", `/tools/${encodeURIComponent(tool)}/call`, call)),
    prompts: async () =>
      (await signingIn(() => asked<{ prompts: { name: string }[] }>("GET", "/prompts"))).prompts,
    getPrompt: (name: string) =>
      signingIn(() => asked("POST", `/prompts/${encodeURIComponent(name)}/get`, { arguments: {} })),
    resources: async () =>
      (await signingIn(() => asked<{ resources: { uri: string }[] }>("GET", "/resources"))).resources,
    readResource: (uri: string) =>
      signingIn(() => asked("GET", `/resources/read?${new URLSearchParams({ uri })}`)),
    /** What only an admin does: the server may go on with the authorization server that its metadata names now. */
    acceptIssuer: (issuer: string) => asked("PATCH", "", { oauth: { issuer } }),
    remove: () => asked("DELETE", ""),
  };
}
