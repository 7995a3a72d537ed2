import { Elysia } from "elysia";
import { browserOf } from "#src/http/browser.ts";
import type { Asking } from "#src/http/asking.ts";
import type { Limits } from "#src/http/limits.ts";
import { seeOther } from "#src/http/page-answer.ts";
import { formIn } from "#src/http/page-form.ts";
import { attempt } from "#src/http/page-refusal.ts";
import { sessionCookie } from "#src/http/session-cookie.ts";
import { show } from "#src/pages/show.ts";
import type { Deps } from "#src/services/context.ts";
import { isSetUp, setUpByHand } from "#src/services/setup.ts";
import { AlreadySetUpPage } from "#views/setup/done.tsx";
import { SetUpPage } from "#views/setup/setup.tsx";

const nothingTyped = { workspaceName: "", name: "", email: "" };

export const setupPages = ({ settings: { publicUrl } }: Deps, asking: Asking, limits: Limits) =>
  new Elysia({ name: "pages.setup", prefix: "/setup" })
    .use(asking)

    .get(
      "/",
      async ({ ctx, request }) => {
        if (await isSetUp(ctx)) return show(<AlreadySetUpPage />);
        const token = new URL(request.url).searchParams.get("token") ?? "";
        return show(<SetUpPage token={token} typed={nothingTyped} />);
      },
      { anyone: true },
    )

    .post(
      "/",
      async ({ ctx, body, request }) => {
        const form = formIn(body);
        const token = form.text("token").trim();
        const typed = {
          workspaceName: form.text("workspaceName"),
          name: form.text("name"),
          email: form.text("email"),
        };
        if (await isSetUp(ctx)) return show(<AlreadySetUpPage />, { status: 409 });
        const { done, refusal } = await attempt(ctx, async () => {
          limits.signIn(request, typed.email, ctx.address);
          const input = { ...typed, token, password: form.text("password") };
          return setUpByHand(ctx, input, browserOf(request, publicUrl));
        }, ["not_authenticated"]);
        if (refusal) return show(<SetUpPage token={token} typed={typed} refused={refusal} />, refusal);
        const { workspace, session } = done;
        return seeOther(
          `/w/${workspace.uuid}/servers`,
          sessionCookie(session.secret, session.expiresAt, publicUrl),
        );
      },
      { anyone: true },
    );
