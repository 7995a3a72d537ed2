import { Elysia, t } from "elysia";
import { browserOf, giveSession } from "#src/http/browser.ts";
import { acceptanceExample } from "#src/api/people-examples.ts";
import { Name, Newcomer, SetUp } from "#src/api/people-schemas.ts";
import type { Asking } from "#src/http/asking.ts";
import { documented } from "#src/http/documented.ts";
import type { Limits } from "#src/http/limits.ts";
import { Body } from "#src/http/params.ts";
import type { Deps } from "#src/services/context.ts";
import { requireNotSetUp, setUp } from "#src/services/setup.ts";

export const setupApi = (deps: Deps, asking: Asking, limits: Limits) => {
  const { publicUrl } = deps.settings;
  return new Elysia({ name: "api.setup", prefix: "/api/v2/setup" }).use(asking).post(
    "/",
    async ({ ctx, body, request, set, status }) => {
      limits.signIn(request, body.email, ctx.address);
      const { answer, session } = await setUp(ctx, body, browserOf(request, publicUrl));
      giveSession(set, session, publicUrl);
      return status(201, answer);
    },
    {
      anyone: true,
      // Before what was sent is looked at: there is nothing to mend in it any more.
      transform: () => requireNotSetUp(deps),
      body: Body({
        token: t.String({
          maxLength: 1024,
          description: "Printed when Switchyard starts for the first time, or set by `SETUP_TOKEN`.",
        }),
        ...Newcomer,
        workspaceName: Name,
      }),
      ...documented({
        id: "setUp",
        bodyExample: {
          token: "…",
          email: "ada@example.com",
          password: "correct horse battery",
          name: "Ada",
          workspaceName: "Acme",
        },
        tag: "Set-up",
        access: "public",
        summary: "Make the first account and the first workspace.",
        description:
          "Once in the life of an installation; 409 ever after. The account owns the workspace, gets an API key with every scope, and is signed in.",
        answer: { status: 201, schema: SetUp, headers: { "Set-Cookie": "The session." } },
        errors: ["not_authenticated", "cross_origin", "conflict"],
        example: {
          ...acceptanceExample,
          member: { id: 1, role: "owner" },
          apiKey: { id: 1, key: "sy_…", scopes: ["apps:read", "apps:write", "apps:admin"] },
        },
      }),
    },
  );
};
