import { Elysia } from "elysia";
import { AppError, notFound } from "#src/errors.ts";
import { readJsonBody } from "#src/http/body.ts";
import { noteMember } from "#src/http/known-member.ts";
import { readForm } from "#src/http/page-form.ts";
import { wantsPage } from "#src/http/page-request.ts";
import type { Costly, Limits } from "#src/http/limits.ts";
import { requestOf } from "#src/http/request.ts";
import { requireSameOrigin } from "#src/http/same-origin.ts";
import { sessionCookieOf } from "#src/http/session-cookie.ts";
import type { AccountCtx, Ctx, Deps, Member, Scope } from "#src/services/context.ts";
import { identify } from "#src/services/identity.ts";
import { requireScope } from "#src/services/scopes.ts";

/** What a service gets where nobody has to be known: set-up, sign-in, an invitation. */
export type OpenCtx = Deps & { requestId: string; address: string };

type Asked = { request: Request; params: unknown; server: AddressBook | null };
type AddressBook = { requestIP(request: Request): { address: string } | null };
type Admitted = AccountCtx & { member: Member | null };

/**
 * Says who may ask: every route carries one of `member`, `account` or `anyone`.
 *
 * All three run before a body is read, so that a stranger gets 401 and not a lecture about fields; Elysia alone would
 * validate first. They are also the only ones to read a body.
 */
export type Asking = ReturnType<typeof asking>;

export const asking = (deps: Deps, limits: Limits) => {
  const admitted = new WeakMap<Request, Promise<Admitted>>();

  const admit = (asked: Asked): Promise<Admitted> => {
    let known = admitted.get(asked.request);
    if (!known) {
      known = identified(asked);
      admitted.set(asked.request, known);
    }
    return known;
  };

  async function identified({ request, params, server }: Asked): Promise<Admitted> {
    const cookie = sessionCookieOf(request, deps.settings.publicUrl);
    const authorization = request.headers.get("authorization");
    // A key is sent on purpose; a cookie goes along with whatever page asks.
    if (cookie !== null && authorization === null) requireSameOrigin(request, deps.settings.publicUrl, true);
    const workspaceId = (params as { workspace_uuid?: string } | undefined)?.workspace_uuid ?? null;
    const who = await identify(deps, { authorization, cookie }, workspaceId).catch((failure: unknown) => {
      limits.failedRequest(request, addressOf(server, request));
      throw failure;
    });
    limits.request(request, who.via);
    return { ...deps, requestId: requestOf(request).id, signal: request.signal, ...who };
  }

  async function asMember(asked: Asked, scope: Scope): Promise<Ctx> {
    const { member, ...rest } = await admit(asked);
    if (!member) throw notFound();
    const ctx = { ...rest, member };
    noteMember(asked.request, ctx);
    requireScope(member, scope);
    return ctx;
  }

  async function asAccount(asked: Asked, kind: "session" | "any"): Promise<AccountCtx> {
    const ctx = await admit(asked);
    if (kind === "session" && ctx.via.kind !== "session")
      throw new AppError("insufficient_scope", "This needs a signed-in session; an API key cannot do it.", {
        fields: { requiredScope: "session" },
      });
    return ctx;
  }

  async function asAnyone({ request, server }: Asked): Promise<OpenCtx> {
    requireSameOrigin(request, deps.settings.publicUrl, false);
    return { ...deps, requestId: requestOf(request).id, address: addressOf(server, request) };
  }

  // `parse` runs first where there is a body to read, `transform` where there is none.
  const hooks = <C>(ask: (asked: Asked) => Promise<C>) => ({
    async parse(asked: Asked) {
      await ask(asked);
      return wantsPage(asked.request) ? readForm(asked.request) : readJsonBody(asked.request);
    },
    async transform(asked: Asked) {
      await ask(asked);
    },
    async resolve(asked: Asked) {
      return { ctx: await ask(asked) };
    },
  });

  return new Elysia({ name: "http.asking" }).macro({
    /** A member of the workspace in the path, who holds this scope. */
    member: (scope: Scope) => hooks((asked) => asMember(asked, scope)),
    /** Whoever proved who they are: by a session alone, or by a key as well. */
    account: (kind: "session" | "any") => hooks((asked) => asAccount(asked, kind)),
    anyone: (_: true) => hooks(asAnyone),
    /** Beside `member`: one of the few things that are limited more narrowly. */
    costly: (what: Costly) => ({
      async beforeHandle(asked: Asked) {
        limits.costly(what, asked.request, (await admit(asked)).via);
      },
    }),
  });
};

export const addressOf = (server: AddressBook | null, request: Request): string =>
  server?.requestIP(request)?.address ?? "in-process";
