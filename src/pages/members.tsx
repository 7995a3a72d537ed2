import { Elysia } from "elysia";
import { invalid } from "#src/errors.ts";
import type { Asking } from "#src/http/asking.ts";
import { seeOther } from "#src/http/page-answer.ts";
import { formIn } from "#src/http/page-form.ts";
import { noticeCookie } from "#src/http/page-notice.ts";
import { noOnceCookie, onceCookie, onceIn } from "#src/http/page-once.ts";
import { attempt, type Refusal } from "#src/http/page-refusal.ts";
import { idOf, InvitationParams, MemberParams, WorkspaceParams } from "#src/http/params.ts";
import { setCookies, shellOf } from "#src/pages/shell.ts";
import { show } from "#src/pages/show.ts";
import type { Ctx, Deps, Role } from "#src/services/context.ts";
import * as invitations from "#src/services/invitations.ts";
import * as members from "#src/services/members.ts";
import { isAdmin } from "#src/services/scopes.ts";
import { InvitePage } from "#views/members/invite.tsx";
import { MembersPage } from "#views/members/members.tsx";

const perPage = 50;

export const membersPages = ({ settings: { publicUrl } }: Deps, asking: Asking) => {
  type Asked = { ctx: Ctx; request: Request; set: { headers: Record<string, unknown> } };
  const pathOf = (ctx: Ctx) => `/w/${ctx.member.workspaceId}/members`;

  async function showMembers(
    { ctx, request, set }: Asked,
    refused: Refusal | null = null,
  ): Promise<Response> {
    const cursor = refused ? null : new URL(request.url).searchParams.get("cursor");
    const link = onceIn(ctx, "invitation", request);
    if (link !== null) setCookies(set, noOnceCookie(publicUrl));
    return show(
      <MembersPage
        shell={await shellOf({ ctx, request, set })}
        self={ctx.member}
        isOnlyOwner={await members.isOnlyOwner(ctx)}
        members={await members.list(ctx, { limit: perPage, cursor })}
        invitations={isAdmin(ctx) ? await invitations.list(ctx, { limit: 200, cursor: null }) : null}
        link={link}
        isFirstPage={cursor === null}
        refused={refused}
      />,
      refused ?? { showsSecret: link !== null },
    );
  }

  return new Elysia({ name: "pages.members", prefix: "/w/:workspace_uuid/members" })
    .use(asking)

    .get("/", ({ ctx, request, set }) => showMembers({ ctx, request, set }), {
      member: "apps:read",
      params: WorkspaceParams,
    })

    .get(
      "/invite",
      async ({ ctx, request, set }) => {
        const shell = await shellOf({ ctx, request, set });
        return show(<InvitePage shell={shell} self={ctx.member} typed={{ email: "", role: "member" }} />);
      },
      { member: "apps:admin", params: WorkspaceParams },
    )

    .post(
      "/invite",
      async ({ ctx, body, request, set }) => {
        const form = formIn(body);
        const typed = { email: form.text("email"), role: form.text("role") };
        const { done, refusal } = await attempt(ctx, () =>
          invitations.create(ctx, {
            role: roleIn(typed.role),
            ...(typed.email.trim() ? { email: typed.email } : {}),
          }),
        );
        if (!refusal) return seeOther(pathOf(ctx), onceCookie(ctx, "invitation", done.url));
        const shell = await shellOf({ ctx, request, set });
        return show(<InvitePage shell={shell} self={ctx.member} typed={typed} refused={refusal} />, refusal);
      },
      { member: "apps:admin", params: WorkspaceParams },
    )

    .post(
      "/invitations/:invitation_id/delete",
      async ({ ctx, params }) => {
        await invitations.remove(ctx, idOf(params.invitation_id));
        return seeOther(pathOf(ctx), noticeCookie("invitation_deleted", publicUrl));
      },
      { member: "apps:admin", params: InvitationParams },
    )

    .post(
      "/:member_id/role",
      async ({ ctx, params, body, request, set }) => {
        const role = formIn(body).text("role");
        const { refusal } = await attempt(ctx, () =>
          members.update(ctx, idOf(params.member_id), { role: roleIn(role) }),
        );
        if (refusal) return showMembers({ ctx, request, set }, refusal);
        return seeOther(pathOf(ctx), noticeCookie("member_updated", publicUrl));
      },
      { member: "apps:admin", params: MemberParams },
    )

    .post(
      "/:member_id/remove",
      async ({ ctx, params, request, set }) => {
        const id = idOf(params.member_id);
        const { refusal } = await attempt(ctx, () => members.remove(ctx, id));
        if (refusal) return showMembers({ ctx, request, set }, refusal);
        if (id === ctx.member.id) return seeOther("/", noticeCookie("workspace_left", publicUrl));
        return seeOther(pathOf(ctx), noticeCookie("member_removed", publicUrl));
      },
      { member: "apps:admin", params: MemberParams },
    );
};

function roleIn(text: string): Role {
  if (text === "owner" || text === "admin" || text === "member" || text === "viewer") return text;
  throw invalid("/role", "Choose a role.");
}
