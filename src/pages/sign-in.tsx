import { Elysia } from "elysia";
import { browserOf } from "#src/http/browser.ts";
import type { Asking } from "#src/http/asking.ts";
import type { Limits } from "#src/http/limits.ts";
import { seeOther } from "#src/http/page-answer.ts";
import { formIn } from "#src/http/page-form.ts";
import { noNoticeCookie, noticeCookie, noticeIn } from "#src/http/page-notice.ts";
import { attempt } from "#src/http/page-refusal.ts";
import { requireSameOrigin } from "#src/http/same-origin.ts";
import { noSessionCookie, sessionCookie } from "#src/http/session-cookie.ts";
import { returnPath } from "#src/lib/return-path.ts";
import { setCookies } from "#src/pages/shell.ts";
import { show } from "#src/pages/show.ts";
import type { Deps } from "#src/services/context.ts";
import { accountOfSession } from "#src/services/identity.ts";
import * as sessions from "#src/services/sessions.ts";
import { isSetUp } from "#src/services/setup.ts";
import { waysIn } from "#src/services/sign-in.ts";
import { ContinuePage } from "#views/sign-in/continue.tsx";
import { SignInPage } from "#views/sign-in/sign-in.tsx";

export const signInPages = (deps: Deps, asking: Asking, limits: Limits) => {
  const { publicUrl } = deps.settings;

  return new Elysia({ name: "pages.sign-in" })
    .use(asking)

    .get(
      "/sign-in",
      async ({ ctx, request, set }) => {
        if (!(await isSetUp(ctx))) return seeOther("/setup");
        const returnTo = returnPath(new URL(request.url).searchParams.get("return_to"));
        if (await accountOfSession(ctx, browserOf(request, publicUrl).cookie))
          return seeOther(returnTo ?? "/");
        const notice = noticeIn(request);
        if (notice !== null) setCookies(set, noNoticeCookie(publicUrl));
        const why = whyIn(new URL(request.url).searchParams.get("why"));
        return show(<SignInPage returnTo={returnTo} why={why} notice={notice} ways={waysIn(ctx)} />);
      },
      { anyone: true },
    )

    .post(
      "/sign-in",
      async ({ ctx, body, request }) => {
        const form = formIn(body);
        const returnTo = returnPath(form.text("return_to"));
        const email = form.text("email");
        const { done, refusal } = await attempt(ctx, async () => {
          limits.signIn(request, email, ctx.address);
          return sessions.signIn(
            ctx,
            { email, password: form.text("password") },
            browserOf(request, publicUrl),
          );
        }, ["not_authenticated"]);
        if (refusal)
          return show(
            <SignInPage
              returnTo={returnTo}
              notice={null}
              ways={waysIn(ctx)}
              email={email}
              refused={refusal}
            />,
            refusal,
          );
        const cookie = sessionCookie(done.session.secret, done.session.expiresAt, publicUrl);
        // Of all our paths only those of the API send a browser on to another site.
        if (returnTo?.startsWith("/api/"))
          return show(<ContinuePage to={returnTo} />, { headers: { "set-cookie": cookie } });
        return seeOther(returnTo ?? "/", cookie);
      },
      { anyone: true },
    )

    .post(
      "/sign-out",
      async ({ ctx, request }) => {
        const { cookie } = browserOf(request, publicUrl);
        requireSameOrigin(request, publicUrl, cookie !== null);
        await sessions.signOut(ctx, cookie);
        return seeOther("/sign-in", noSessionCookie(publicUrl), noticeCookie("signed_out", publicUrl));
      },
      { anyone: true },
    );
};

const whyIn = (text: string | null): "unsent" | "expired" | null =>
  text === "unsent" || text === "expired" ? text : null;
