import { Elysia } from "elysia";
import { browserOf } from "#src/http/browser.ts";
import { AppError } from "#src/errors.ts";
import type { Asking, OpenCtx } from "#src/http/asking.ts";
import { seeOther } from "#src/http/page-answer.ts";
import { formIn } from "#src/http/page-form.ts";
import { noticeCookie } from "#src/http/page-notice.ts";
import { attempt } from "#src/http/page-refusal.ts";
import { requireSameOrigin } from "#src/http/same-origin.ts";
import { sessionCookie } from "#src/http/session-cookie.ts";
import { show } from "#src/pages/show.ts";
import type { Deps } from "#src/services/context.ts";
import { accountOfSession, notAuthenticated } from "#src/services/identity.ts";
import * as invitations from "#src/services/invitations.ts";
import { waysIn } from "#src/services/sign-in.ts";
import { AcceptPage, NoInvitationPage } from "#views/invitations/accept.tsx";

export const invitationsPages = ({ settings: { publicUrl } }: Deps, asking: Asking) =>
  new Elysia({ name: "pages.invitations", prefix: "/invitations" })
    .use(asking)

    .get(
      "/:token",
      async ({ ctx, request, params: { token } }) => {
        const invitation = await open(ctx, token);
        if (!invitation) return show(<NoInvitationPage />, { status: 404 });
        const account = await accountOfSession(ctx, browserOf(request, publicUrl).cookie);
        const typed = { name: "", email: "" };
        return show(
          <AcceptPage
            token={token}
            invitation={invitation}
            account={account}
            ways={waysIn(ctx)}
            typed={typed}
          />,
        );
      },
      { anyone: true },
    )

    .post(
      "/:token",
      async ({ ctx, body, request, params: { token } }) => {
        const browser = browserOf(request, publicUrl);
        requireSameOrigin(request, publicUrl, browser.cookie !== null);
        const form = formIn(body);
        const typed = { name: form.text("name"), email: form.text("email") };
        const account = form.text("as") === "account" ? await accountOfSession(ctx, browser.cookie) : null;
        if (form.text("as") === "account" && !account) throw notAuthenticated();
        const invitation = await open(ctx, token);
        if (!invitation) return show(<NoInvitationPage />, { status: 404 });

        const joiner = account ? { account } : { newcomer: { ...typed, password: form.text("password") } };
        const { done, refusal } = await attempt(ctx, () =>
          invitations.accept(ctx, { token, joiner, browser }),
        );
        if (refusal)
          return show(
            <AcceptPage
              token={token}
              invitation={invitation}
              account={account}
              ways={waysIn(ctx)}
              typed={typed}
              refused={refusal}
            />,
            refusal,
          );
        return seeOther(
          `/w/${done.answer.workspace.uuid}/servers`,
          sessionCookie(done.session.secret, done.session.expiresAt, publicUrl),
          noticeCookie("joined", publicUrl),
        );
      },
      { anyone: true },
    );

/** Null for a link that no longer works: that is said on a page of its own. */
async function open(ctx: OpenCtx, token: string): Promise<invitations.OpenInvitation | null> {
  try {
    return await invitations.look(ctx, token);
  } catch (failure) {
    if (failure instanceof AppError && failure.reason === "not_found") return null;
    throw failure;
  }
}
