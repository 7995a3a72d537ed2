import { Elysia, t } from "elysia";
import { memberExample } from "#src/api/people-examples.ts";
import { Member, RemovedMember, Role } from "#src/api/people-schemas.ts";
import type { Asking } from "#src/http/asking.ts";
import { documented } from "#src/http/documented.ts";
import { answerPage, PageQuery, pageHeaders, pageInput } from "#src/http/paging.ts";
import { Body, idOf, MemberParams, NoBody, WorkspaceParams } from "#src/http/params.ts";
import type { Deps } from "#src/services/context.ts";
import * as members from "#src/services/members.ts";

export const membersApi = ({ settings: { publicUrl } }: Deps, asking: Asking) =>
  new Elysia({ name: "api.members", prefix: "/api/v2/w/:workspace_uuid/members" })
    .use(asking)

    .get(
      "/",
      async ({ ctx, query, request, set }) =>
        answerPage({ request, set, publicUrl }, await members.list(ctx, pageInput(query))),
      {
        member: "apps:read",
        params: WorkspaceParams,
        query: t.Object(PageQuery),
        ...documented({
          id: "listMembers",
          tag: "Members",
          scope: "apps:read",
          summary: "List the members of a workspace.",
          answer: { schema: t.Array(Member), headers: pageHeaders },
          errors: ["bad_request"],
          example: [memberExample],
        }),
      },
    )

    .patch("/:member_id", ({ ctx, params, body }) => members.update(ctx, idOf(params.member_id), body), {
      member: "apps:admin",
      params: MemberParams,
      body: Body({ role: Role }),
      ...documented({
        id: "updateMember",
        bodyExample: { role: "admin" },
        tag: "Members",
        scope: "apps:admin",
        summary: "Give a member another role.",
        description:
          "Their sessions and keys follow with the next request. The last owner keeps the role: 409.",
        answer: { schema: Member },
        errors: ["conflict"],
        example: { ...memberExample, role: "admin" },
      }),
    })

    .delete(
      "/:member_id",
      async ({ ctx, params }) => {
        const id = idOf(params.member_id);
        return { deleted: true, id, revocations: await members.remove(ctx, id) };
      },
      {
        member: "apps:admin",
        params: MemberParams,
        body: NoBody(),
        ...documented({
          id: "deleteMember",
          tag: "Members",
          scope: "apps:admin",
          summary: "Remove a member from a workspace.",
          description:
            "Their API keys, connections and open invitations go with them. The account stays. The last owner cannot be removed: 409.",
          answer: {
            schema: RemovedMember,
            description: "Removed; `revocations` counts what became of their tokens.",
          },
          errors: ["conflict"],
          example: { deleted: true, id: 2, revocations: { confirmed: 1, unsupported: 0, failed: 0 } },
        }),
      },
    );
