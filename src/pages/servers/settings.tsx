import { Elysia } from "elysia";
import type { Asking } from "#src/http/asking.ts";
import { seeOther } from "#src/http/page-answer.ts";
import { formIn, type SentForm } from "#src/http/page-form.ts";
import { type Notice, noticeCookie } from "#src/http/page-notice.ts";
import { attempt, type Refusal } from "#src/http/page-refusal.ts";
import { idOf, ServerParams } from "#src/http/params.ts";
import { type Asked, frameOf } from "#src/pages/servers/frame.ts";
import { accessIn, clientIn, generalIn, headerIn, oauthIn } from "#src/pages/servers/input.ts";
import { onward } from "#src/pages/servers/onward.tsx";
import { showOverview } from "#src/pages/servers/overview.tsx";
import { show } from "#src/pages/show.ts";
import * as access from "#src/services/access.ts";
import type { Ctx, Deps } from "#src/services/context.ts";
import * as members from "#src/services/members.ts";
import { redirectUriOf } from "#src/services/oauth/client-metadata.ts";
import { requireScope } from "#src/services/scopes.ts";
import * as servers from "#src/services/servers/index.ts";
import { serversPath } from "#views/servers/paths.ts";
import { type SettingsForm, SettingsPage } from "#views/servers/settings/index.tsx";

const mostPeople = 200;

export const serverSettingsPages = ({ settings: { publicUrl } }: Deps, asking: Asking) => {
  const done = (ctx: Ctx, id: number, notice: Notice): Response =>
    seeOther(`${serversPath(ctx.member.workspaceId)}/${id}/settings`, noticeCookie(notice, publicUrl));

  /** What an edit took away is said, in words of ours. */
  async function save(
    asked: Asked & { body: unknown },
    name: SettingsForm,
    input: (form: SentForm, settings: Deps["settings"]) => servers.ServerInput,
  ): Promise<Response> {
    const { ctx, params, body } = asked;
    const id = idOf(params.server_id);
    const form = formIn(body);
    // What only admins change of a paused server is told in the form, with why.
    const { done: saved, refusal } = await attempt(
      ctx,
      async () => servers.update(ctx, id, input(form, ctx.settings)),
      ["insufficient_scope"],
    );
    if (refusal) return showSettings(asked, { form: name, refusal, typed: form });
    return done(ctx, id, saved.warnings[0]?.code ?? "server_updated");
  }

  return new Elysia({ name: "pages.servers.settings", prefix: "/w/:workspace_uuid/servers/:server_id" })
    .use(asking)

    .get("/settings", (asked) => showSettings(asked), { member: "apps:write", params: ServerParams })

    .post("/settings", (asked) => save(asked, "general", generalIn), {
      member: "apps:write",
      params: ServerParams,
    })

    .post("/settings/header", (asked) => save(asked, "header", (form) => ({ header: headerIn(form) })), {
      member: "apps:admin",
      params: ServerParams,
    })

    .post("/settings/oauth", (asked) => save(asked, "oauth", (form) => ({ oauth: oauthIn(form) })), {
      member: "apps:admin",
      params: ServerParams,
    })

    .post(
      "/settings/issuer",
      (asked) => save(asked, "oauth", (form) => ({ oauth: { issuer: form.text("issuer") } })),
      { member: "apps:admin", params: ServerParams },
    )

    .post(
      "/settings/access",
      async ({ body, ...asked }) => {
        const { ctx, params } = asked;
        const id = idOf(params.server_id);
        const form = formIn(body);
        const { refusal } = await attempt(ctx, () => access.set(ctx, id, accessIn(form, idOf)));
        if (refusal) return showSettings(asked, { form: "access", refusal, typed: form });
        return done(ctx, id, "access_changed");
      },
      { member: "apps:admin", params: ServerParams },
    )

    .post(
      "/client",
      async ({ body, ...asked }) => {
        const { ctx, params } = asked;
        const id = idOf(params.server_id);
        const { done: saved, refusal } = await attempt(ctx, async () =>
          servers.update(ctx, id, { oauth: clientIn(formIn(body)) }),
        );
        return saved ? onward(asked.request, saved) : showOverview(asked, refusal);
      },
      { member: "apps:admin", params: ServerParams },
    );
};

type RefusedForm = { form: SettingsForm; refusal: Refusal; typed: SentForm };

async function showSettings(asked: Asked, refused: RefusedForm | null = null): Promise<Response> {
  const { ctx } = asked;
  const frame = await frameOf(asked);
  requireScope(ctx.member, "apps:write");
  const { server, isAdmin } = frame;
  const people = isAdmin ? (await members.list(ctx, { limit: mostPeople, cursor: null })).items : [];
  return show(
    <SettingsPage
      {...frame}
      redirectUri={redirectUriOf(ctx, server.appUuid)}
      access={isAdmin ? await access.get(ctx, server.id) : null}
      people={people}
      refused={
        refused && {
          form: refused.form,
          why: refused.refusal,
          typed: (name) => (refused.typed.has(name) ? refused.typed.text(name) : undefined),
        }
      }
    />,
    refused?.refusal ?? {},
  );
}
