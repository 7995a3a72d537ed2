import { Elysia, t } from "elysia";
import { addressOf, type Asking } from "#src/http/asking.ts";
import type { Limits } from "#src/http/limits.ts";
import { seeOther } from "#src/http/page-answer.ts";
import { formIn } from "#src/http/page-form.ts";
import { noticeCookie } from "#src/http/page-notice.ts";
import { attempt, type Refusal } from "#src/http/page-refusal.ts";
import { shellOf } from "#src/pages/shell.ts";
import { show } from "#src/pages/show.ts";
import * as connections from "#src/services/account-connections.ts";
import type { AccountCtx, Deps } from "#src/services/context.ts";
import * as identities from "#src/services/identities.ts";
import * as profile from "#src/services/profile.ts";
import { waysIn } from "#src/services/sign-in.ts";
import { AccountPage } from "#views/account/account.tsx";

type Asked = { ctx: AccountCtx; request: Request; set: { headers: Record<string, unknown> } };
type Refused = { form: "profile" | "password" | "identities"; name: string; why: Refusal };

export const accountPages = ({ settings: { publicUrl } }: Deps, asking: Asking, limits: Limits) =>
  new Elysia({ name: "pages.account", prefix: "/account" })
    .use(asking)

    .get("/", ({ ctx, request, set }) => showAccount({ ctx, request, set }), { account: "session" })

    .post(
      "/profile",
      async ({ ctx, body, request, set }) => {
        const name = formIn(body).text("name");
        const { refusal } = await attempt(ctx, () => profile.rename(ctx, name));
        if (refusal) return showAccount({ ctx, request, set }, { form: "profile", name, why: refusal });
        return seeOther("/account", noticeCookie("name_changed", publicUrl));
      },
      { account: "session" },
    )

    .post(
      "/password",
      async ({ ctx, body, request, set, server }) => {
        const form = formIn(body);
        const { refusal } = await attempt(ctx, async () => {
          // Whoever found a browser signed in may guess no faster than at the sign-in.
          limits.signIn(request, ctx.account.email, addressOf(server, request));
          await profile.changePassword(ctx, {
            current: form.text("current"),
            password: form.text("password"),
          });
        });
        if (refusal) return showAccount({ ctx, request, set }, { form: "password", name: "", why: refusal });
        return seeOther("/account", noticeCookie("password_changed", publicUrl));
      },
      { account: "session" },
    )

    .post(
      "/identities/remove",
      async ({ ctx, body, request, set }) => {
        const form = formIn(body);
        const { refusal } = await attempt(ctx, () =>
          identities.unlink(ctx, { provider: form.text("provider"), subject: form.text("subject") }),
        );
        if (refusal)
          return showAccount({ ctx, request, set }, { form: "identities", name: "", why: refusal });
        return seeOther("/account", noticeCookie("identity_removed", publicUrl));
      },
      { account: "session" },
    )

    .post(
      "/sessions/end-others",
      async ({ ctx }) => {
        await profile.endOtherSessions(ctx);
        return seeOther("/account", noticeCookie("sessions_ended", publicUrl));
      },
      { account: "session" },
    )

    .post(
      "/sessions/:session_id/end",
      async ({ ctx, params }) => {
        await profile.endSession(ctx, params.session_id);
        return seeOther("/account", noticeCookie("session_ended", publicUrl));
      },
      { account: "session", params: t.Object({ session_id: t.String() }) },
    );

async function showAccount({ ctx, request, set }: Asked, refused?: Refused): Promise<Response> {
  return show(
    <AccountPage
      shell={await shellOf({ ctx, request, set })}
      hasPassword={await profile.hasPassword(ctx)}
      identities={await identities.list(ctx)}
      ways={waysIn(ctx)}
      sessions={await profile.signedIn(ctx)}
      connections={await connections.list(ctx)}
      {...(refused ? { refused } : {})}
    />,
    refused?.why,
  );
}
