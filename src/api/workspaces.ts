import { Elysia, t } from "elysia";
import { workspaceExample } from "#src/api/people-examples.ts";
import { Name, Workspace } from "#src/api/people-schemas.ts";
import type { Asking } from "#src/http/asking.ts";
import { documented } from "#src/http/documented.ts";
import { answerPage, PageQuery, pageHeaders, pageInput } from "#src/http/paging.ts";
import { Body, WorkspaceParams } from "#src/http/params.ts";
import type { Deps } from "#src/services/context.ts";
import * as workspaces from "#src/services/workspaces.ts";

export const workspacesApi = ({ settings: { publicUrl } }: Deps, asking: Asking) =>
  new Elysia({ name: "api.workspaces", prefix: "/api/v2/w" })
    .use(asking)

    .get(
      "/",
      async ({ ctx, query, request, set }) =>
        answerPage({ request, set, publicUrl }, await workspaces.list(ctx, pageInput(query))),
      {
        account: "session",
        query: t.Object(PageQuery),
        ...documented({
          id: "listWorkspaces",
          tag: "Workspaces",
          access: "session",
          summary: "List the workspaces you are a member of.",
          answer: { schema: t.Array(Workspace), headers: pageHeaders },
          errors: ["bad_request", "insufficient_scope"],
          example: [workspaceExample],
        }),
      },
    )

    .post("/", async ({ ctx, body, status }) => status(201, await workspaces.create(ctx, body)), {
      account: "session",
      body: Body({ name: Name }),
      ...documented({
        id: "createWorkspace",
        bodyExample: { name: "Acme" },
        tag: "Workspaces",
        access: "session",
        summary: "Make a workspace, and own it.",
        answer: { status: 201, schema: Workspace },
        errors: ["insufficient_scope"],
        example: workspaceExample,
      }),
    })

    .patch("/:workspace_uuid", ({ ctx, body }) => workspaces.rename(ctx, body), {
      member: "apps:admin",
      params: WorkspaceParams,
      body: Body({ name: Name }),
      ...documented({
        id: "updateWorkspace",
        bodyExample: { name: "Acme" },
        tag: "Workspaces",
        scope: "apps:admin",
        summary: "Rename a workspace.",
        description: "Needs a signed-in session; an API key cannot do it.",
        answer: { schema: Workspace },
        example: workspaceExample,
      }),
    });
