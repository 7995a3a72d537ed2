import { Elysia } from "elysia";
import { invalid } from "#src/errors.ts";
import type { Asking } from "#src/http/asking.ts";
import { seeOther } from "#src/http/page-answer.ts";
import { formIn } from "#src/http/page-form.ts";
import { noticeCookie } from "#src/http/page-notice.ts";
import { noOnceCookie, onceCookie, onceIn } from "#src/http/page-once.ts";
import { attempt } from "#src/http/page-refusal.ts";
import { ApiKeyParams, idOf, WorkspaceParams } from "#src/http/params.ts";
import { setCookies, shellOf } from "#src/pages/shell.ts";
import { show } from "#src/pages/show.ts";
import * as apiKeys from "#src/services/api-keys.ts";
import type { Ctx, Deps, Scope } from "#src/services/context.ts";
import { ApiKeysPage } from "#views/api-keys/list.tsx";
import { lifetimes, NewApiKeyPage } from "#views/api-keys/new.tsx";

const perPage = 50;
const suggested = { name: "", scope: "apps:read", expiresInDays: "90" };
const pathOf = (ctx: Ctx) => `/w/${ctx.member.workspaceId}/api-keys`;

export const apiKeysPages = ({ settings: { publicUrl } }: Deps, asking: Asking) =>
  new Elysia({ name: "pages.api-keys", prefix: "/w/:workspace_uuid/api-keys" })
    .use(asking)

    .get(
      "/",
      async ({ ctx, request, set }) => {
        const cursor = new URL(request.url).searchParams.get("cursor");
        const made = onceIn(ctx, "api_key", request);
        if (made !== null) setCookies(set, noOnceCookie(publicUrl));
        return show(
          <ApiKeysPage
            shell={await shellOf({ ctx, request, set })}
            path={pathOf(ctx)}
            keys={await apiKeys.list(ctx, { limit: perPage, cursor })}
            made={made}
            apiUrl={new URL(`/api/v2/w/${ctx.member.workspaceId}`, publicUrl).href}
            isFirstPage={cursor === null}
          />,
          { showsSecret: made !== null },
        );
      },
      { member: "apps:read", params: WorkspaceParams },
    )

    .get(
      "/new",
      async ({ ctx, request, set }) => {
        const shell = await shellOf({ ctx, request, set });
        return show(
          <NewApiKeyPage shell={shell} path={pathOf(ctx)} held={ctx.member.scopes} typed={suggested} />,
        );
      },
      { member: "apps:read", params: WorkspaceParams },
    )

    .post(
      "/new",
      async ({ ctx, body, request, set }) => {
        const form = formIn(body);
        const typed = {
          name: form.text("name"),
          scope: form.text("scope"),
          expiresInDays: form.text("expiresInDays"),
        };
        const { done, refusal } = await attempt(ctx, async () => apiKeys.create(ctx, inputFrom(typed)));
        if (!refusal) return seeOther(pathOf(ctx), onceCookie(ctx, "api_key", done.key));
        const shell = await shellOf({ ctx, request, set });
        return show(
          <NewApiKeyPage
            shell={shell}
            path={pathOf(ctx)}
            held={ctx.member.scopes}
            typed={typed}
            refused={refusal}
          />,
          refusal,
        );
      },
      { member: "apps:read", params: WorkspaceParams },
    )

    .post(
      "/:api_key_id/revoke",
      async ({ ctx, params }) => {
        await apiKeys.remove(ctx, idOf(params.api_key_id));
        return seeOther(pathOf(ctx), noticeCookie("key_revoked", publicUrl));
      },
      { member: "apps:read", params: ApiKeyParams },
    );

type Typed = { name: string; scope: string; expiresInDays: string };

function inputFrom({ name, scope, expiresInDays }: Typed): apiKeys.ApiKeyInput {
  if (!isScope(scope)) throw invalid("/scope", "Choose what the key may do.");
  if (!lifetimes.some(({ value }) => value === expiresInDays))
    throw invalid("/expiresInDays", "Choose how long the key works.");
  return { name, scopes: [scope], ...(expiresInDays === "" ? {} : { expiresInDays: Number(expiresInDays) }) };
}

const isScope = (text: string): text is Scope => ["apps:read", "apps:write", "apps:admin"].includes(text);
