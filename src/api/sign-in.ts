import { Elysia, t } from "elysia";
import { browserOf } from "#src/http/browser.ts";
import { notFound } from "#src/errors.ts";
import type { Asking } from "#src/http/asking.ts";
import { documented } from "#src/http/documented.ts";
import type { Limits } from "#src/http/limits.ts";
import { seeOther } from "#src/http/page-answer.ts";
import { noticeCookie } from "#src/http/page-notice.ts";
import { Flag, flagIn, QueryText } from "#src/http/query.ts";
import { requestOf } from "#src/http/request.ts";
import { cameFromOurPages } from "#src/http/same-origin.ts";
import { sessionCookie, sessionCookieOf } from "#src/http/session-cookie.ts";
import { noSignInCookie, signInCookie, signInCookieOf } from "#src/http/sign-in-cookie.ts";
import { returnPath } from "#src/lib/return-path.ts";
import type { Deps } from "#src/services/context.ts";
import { accountOfSession, identifySession } from "#src/services/identity.ts";
import * as signIn from "#src/services/sign-in.ts";

const WayIn = t.Object({
  id: t.String({ description: "`github`, `google`, `microsoft` or `oidc`." }),
  name: t.String({ description: "As a button says it." }),
  authorizeUrl: t.String({ format: "uri", description: "To open in the browser." }),
});

const ProviderParams = t.Object({
  provider: t.String({ description: "The `id` of one of `GET /api/v2/session/providers`." }),
});

const notices = {
  signed_in: null,
  joined: "joined",
  linked: "identity_linked",
  password_first: "password_first",
} as const;

/** @param providers - those of the settings, unless a test brings its own */
export const signInApi = (
  deps: Deps,
  asking: Asking,
  limits: Limits,
  providers = signIn.createProviders(deps.settings.signIn),
) => {
  const { publicUrl } = deps.settings;
  const providerOf = (id: string): signIn.Provider => {
    const provider = providers.find((one) => one.id === id);
    if (!provider) throw notFound();
    return provider;
  };

  return new Elysia({ name: "api.sign-in", prefix: "/api/v2/session" })
    .use(asking)

    .get("/providers", () => signIn.waysIn(deps), {
      anyone: true,
      ...documented({
        id: "listSignInProviders",
        tag: "Session",
        access: "public",
        summary: "List the ways to sign in beside a password.",
        answer: { schema: t.Array(WayIn) },
        example: [
          {
            id: "google",
            name: "Google",
            authorizeUrl: "https://switchyard.example.com/api/v2/session/google/authorize",
          },
        ],
      }),
    })

    .get(
      "/:provider/authorize",
      async ({ ctx, params, query, request }) => {
        limits.signInStep(request, ctx.address);
        const provider = providerOf(params.provider);
        const isLink = flagIn(query, "link") ?? false;
        const isOurs = cameFromOurPages(request, publicUrl);
        const invitation = query.invitation ?? null;
        // Who is led here from elsewhere has not said yet that they want to: the page that asks them does.
        if (isLink && isOurs !== true) return found(new URL("/account", publicUrl).href);
        if (invitation !== null && isOurs === false)
          return found(new URL(`/invitations/${encodeURIComponent(invitation)}`, publicUrl).href);

        const proof = { authorization: null, cookie: sessionCookieOf(request, publicUrl) };
        const { url, sealed } = await signIn.begin(ctx, provider, {
          returnTo: returnPath(query.return_to),
          invitation,
          linkTo: isLink ? (await identifySession(ctx, proof)).id : null,
        });
        return found(url, signInCookie(sealed, signIn.flowSeconds, publicUrl));
      },
      {
        anyone: true,
        params: ProviderParams,
        query: t.Object({
          return_to: t.Optional(
            QueryText({ maxLength: 2048, description: "A path of ours to go to afterwards." }),
          ),
          invitation: t.Optional(
            QueryText({
              maxLength: 256,
              description: "The token of an invitation: a new account accepts it.",
            }),
          ),
          link: Flag("Makes it a way to sign in to the account that is signed in now."),
        }),
        ...documented({
          id: "signInWithProvider",
          tag: "Session",
          access: "public",
          summary: "Begin a sign-in with a provider: open this in a browser.",
          description:
            "An account that is known signs in; one with the same e-mail address does, where the provider says that it is verified; others need an invitation. The browser that follows the redirect has to be the one that got the cookie.",
          answer: {
            status: 302,
            description:
              "To the provider; or, where a link on another site would accept an invitation or change an account, to the page that asks first.",
            headers: {
              Location: "The provider's authorization endpoint.",
              "Set-Cookie": "The sign-in in flight, sealed, for ten minutes.",
            },
          },
          errors: ["not_found", "bad_request", "not_authenticated", "conflict", "upstream_failed"],
        }),
      },
    )

    .get(
      "/:provider/callback",
      async ({ ctx, params, request }) => {
        limits.signInStep(request, ctx.address);
        const browser = browserOf(request, publicUrl);
        const answer = {
          query: new URL(request.url).searchParams,
          sealed: signInCookieOf(request, publicUrl),
          browser,
          account: await accountOfSession(ctx, browser.cookie),
        };
        const done = await signIn
          .finish(ctx, providerOf(params.provider), answer)
          .catch((failure: unknown) => {
            // Over, however it ended.
            requestOf(request).headers["set-cookie"] = noSignInCookie(publicUrl);
            throw failure;
          });
        const notice = notices[done.outcome];
        return seeOther(
          new URL(done.goTo, publicUrl).href,
          noSignInCookie(publicUrl),
          ...(done.session ? [sessionCookie(done.session.secret, done.session.expiresAt, publicUrl)] : []),
          ...(notice ? [noticeCookie(notice, publicUrl)] : []),
        );
      },
      {
        anyone: true,
        params: ProviderParams,
        ...documented({
          id: "finishSignIn",
          tag: "Session",
          access: "public",
          summary: "The redirect URI of a provider's client.",
          description:
            "Providers send the browser here with `code` and `state`. Works once, within ten minutes, and only in the browser that began.",
          answer: {
            status: 303,
            description: "Signed in: to where it was begun for.",
            headers: { Location: "A page of ours.", "Set-Cookie": "The session." },
          },
          errors: [
            "not_found",
            "sign_in_failed",
            "email_not_verified",
            "invitation_required",
            "conflict",
            "invalid",
            "upstream_failed",
          ],
        }),
      },
    );
};

const found = (location: string, cookie?: string): Response =>
  new Response(null, {
    status: 302,
    headers: {
      location,
      "cache-control": "no-store",
      ...(cookie === undefined ? {} : { "set-cookie": cookie }),
    },
  });
