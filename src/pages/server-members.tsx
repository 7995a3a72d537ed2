import { Elysia } from "elysia";
import type { Asking } from "#src/http/asking.ts";
import { seeOther } from "#src/http/page-answer.ts";
import { type Notice, noticeCookie } from "#src/http/page-notice.ts";
import { idOf, ServerMemberParams, ServerParams } from "#src/http/params.ts";
import { frameOf } from "#src/pages/servers/frame.ts";
import { show } from "#src/pages/show.ts";
import type { Deps } from "#src/services/context.ts";
import { type Disconnected, disconnectMember } from "#src/services/credentials.ts";
import * as serverMembers from "#src/services/server-members.ts";
import { serversPath } from "#views/servers/paths.ts";
import { ServerMembersPage } from "#views/servers/members.tsx";

const perPage = 50;

const farewells: Record<Disconnected["revocation"], Notice> = {
  confirmed: "member_disconnected",
  unsupported: "member_disconnected_here",
  failed: "member_disconnected_unconfirmed",
};

/** Who is connected to a server. */
export const serverMembersPages = ({ settings: { publicUrl } }: Deps, asking: Asking) =>
  new Elysia({ name: "pages.server-members", prefix: "/w/:workspace_uuid/servers/:server_id/members" })
    .use(asking)

    .get(
      "/",
      async (asked) => {
        const { ctx, params, request } = asked;
        const cursor = new URL(request.url).searchParams.get("cursor");
        const members = await serverMembers.list(ctx, idOf(params.server_id), { limit: perPage, cursor });
        return show(
          <ServerMembersPage
            {...await frameOf(asked)}
            members={members}
            selfId={ctx.member.id}
            isFirstPage={cursor === null}
          />,
        );
      },
      { member: "apps:read", params: ServerParams },
    )

    .post(
      "/:member_id/disconnect",
      async ({ ctx, params }) => {
        const id = idOf(params.server_id);
        const { revocation } = await disconnectMember(ctx, id, idOf(params.member_id));
        return seeOther(
          `${serversPath(ctx.member.workspaceId)}/${id}/members`,
          noticeCookie(farewells[revocation], publicUrl),
        );
      },
      { member: "apps:admin", params: ServerMemberParams },
    );
