import { Elysia, t } from "elysia";
import { apiKeyExample } from "#src/api/people-examples.ts";
import { ApiKey, Name, NewApiKey, Scope } from "#src/api/people-schemas.ts";
import { Deleted } from "#src/api/schemas.ts";
import type { Asking } from "#src/http/asking.ts";
import { documented } from "#src/http/documented.ts";
import { answerPage, PageQuery, pageHeaders, pageInput } from "#src/http/paging.ts";
import { ApiKeyParams, Body, idOf, NoBody, Whole, WorkspaceParams } from "#src/http/params.ts";
import * as apiKeys from "#src/services/api-keys.ts";
import type { Deps } from "#src/services/context.ts";

export const apiKeysApi = ({ settings: { publicUrl } }: Deps, asking: Asking) =>
  new Elysia({ name: "api.api-keys", prefix: "/api/v2/w/:workspace_uuid/api-keys" })
    .use(asking)

    .get(
      "/",
      async ({ ctx, query, request, set }) =>
        answerPage({ request, set, publicUrl }, await apiKeys.list(ctx, pageInput(query))),
      {
        member: "apps:read",
        params: WorkspaceParams,
        query: t.Object(PageQuery),
        ...documented({
          id: "listApiKeys",
          tag: "API keys",
          scope: "apps:read",
          summary: "List your own API keys of a workspace.",
          answer: { schema: t.Array(ApiKey), headers: pageHeaders },
          errors: ["bad_request"],
          example: [{ ...apiKeyExample, lastUsedAt: "2026-11-23T09:12:44.031Z" }],
        }),
      },
    )

    .post("/", async ({ ctx, body, status }) => status(201, await apiKeys.create(ctx, body)), {
      member: "apps:read",
      params: WorkspaceParams,
      body: Body({
        name: Name,
        scopes: t.Array(Scope, { minItems: 1, maxItems: 3, uniqueItems: true }),
        expiresInDays: t.Optional(
          Whole({ minimum: 1, maximum: 3650, description: "Without it the key does not expire." }),
        ),
      }),
      ...documented({
        id: "createApiKey",
        bodyExample: { name: "Nightly report", scopes: ["apps:read"], expiresInDays: 90 },
        tag: "API keys",
        scope: "apps:read",
        summary: "Make an API key of your own.",
        description:
          "It carries no scope that you do not hold yourself. Made with another key, it expires no later than that one.",
        answer: { status: 201, schema: NewApiKey },
        example: { ...apiKeyExample, key: "sy_…" },
      }),
    })

    .delete(
      "/:api_key_id",
      async ({ ctx, params }) => {
        const id = idOf(params.api_key_id);
        await apiKeys.remove(ctx, id);
        return { deleted: true, id };
      },
      {
        member: "apps:read",
        params: ApiKeyParams,
        body: NoBody(),
        ...documented({
          id: "deleteApiKey",
          tag: "API keys",
          scope: "apps:read",
          summary: "Delete an API key of your own.",
          description: "It stops working with the next request.",
          answer: { schema: Deleted },
          example: { deleted: true, id: 3 },
        }),
      },
    );
