import { Elysia, t } from "elysia";
import { browserOf, giveSession } from "#src/http/browser.ts";
import { meExample } from "#src/api/people-examples.ts";
import { Email, Me, Password } from "#src/api/people-schemas.ts";
import type { Asking } from "#src/http/asking.ts";
import { documented } from "#src/http/documented.ts";
import type { Limits } from "#src/http/limits.ts";
import { Body, NoBody } from "#src/http/params.ts";
import { requireSameOrigin } from "#src/http/same-origin.ts";
import { noSessionCookie } from "#src/http/session-cookie.ts";
import type { Deps } from "#src/services/context.ts";
import * as sessions from "#src/services/sessions.ts";

export const sessionApi = ({ settings: { publicUrl } }: Deps, asking: Asking, limits: Limits) =>
  new Elysia({ name: "api.session", prefix: "/api/v2/session" })
    .use(asking)

    .post(
      "/",
      async ({ ctx, body, request, set }) => {
        limits.signIn(request, body.email, ctx.address);
        const { me, session } = await sessions.signIn(ctx, body, browserOf(request, publicUrl));
        giveSession(set, session, publicUrl);
        return me;
      },
      {
        anyone: true,
        body: Body({ email: Email, password: Password }),
        ...documented({
          id: "signIn",
          bodyExample: { email: "ada@example.com", password: "correct horse battery" },
          tag: "Session",
          access: "public",
          summary: "Sign in.",
          description:
            "The session lasts 30 days and replaces the one the browser had. The answer is that of `GET /api/v2/me`.",
          answer: { schema: Me, headers: { "Set-Cookie": "The session." } },
          errors: ["not_authenticated", "cross_origin"],
          example: meExample,
        }),
      },
    )

    .delete(
      "/",
      async ({ ctx, request, set }) => {
        const { cookie } = browserOf(request, publicUrl);
        requireSameOrigin(request, publicUrl, cookie !== null);
        await sessions.signOut(ctx, cookie);
        set.headers["set-cookie"] = noSessionCookie(publicUrl);
        return { signedOut: true };
      },
      {
        anyone: true,
        body: NoBody(),
        ...documented({
          id: "signOut",
          tag: "Session",
          access: "public",
          summary: "Sign out.",
          description: "Ends the session that the cookie stands for, if any. Twice is the same as once.",
          answer: {
            schema: t.Object({ signedOut: t.Literal(true) }),
            headers: { "Set-Cookie": "Takes the session's cookie away." },
          },
          errors: ["cross_origin"],
          example: { signedOut: true },
        }),
      },
    );
