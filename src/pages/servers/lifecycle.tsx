import { Elysia } from "elysia";
import type { ErrorCode } from "#src/errors.ts";
import type { Asking } from "#src/http/asking.ts";
import { seeOther } from "#src/http/page-answer.ts";
import { noticeCookie } from "#src/http/page-notice.ts";
import { attempt } from "#src/http/page-refusal.ts";
import { idOf, ServerParams } from "#src/http/params.ts";
import { showOverview } from "#src/pages/servers/overview.tsx";
import { shellOf } from "#src/pages/shell.ts";
import { show } from "#src/pages/show.ts";
import type { Deps } from "#src/services/context.ts";
import * as servers from "#src/services/servers/index.ts";
import { removalOf } from "#src/services/servers/removals.ts";
import { serversPath } from "#views/servers/paths.ts";
import { RemovedPage } from "#views/servers/removed.tsx";

/** What setting up may meet. The first three only say what comes next, which the server's page tells by itself. */
const onTheWay: ErrorCode[] = [
  "member_auth_required",
  "authorization_required",
  "manual_registration_required",
  "issuer_changed",
  "upstream_failed",
  "upstream_timeout",
];

/** Set-up, on and off, and the end. */
export const serverLifecyclePages = ({ settings: { publicUrl } }: Deps, asking: Asking) =>
  new Elysia({ name: "pages.servers.lifecycle", prefix: "/w/:workspace_uuid/servers/:server_id" })
    .use(asking)

    .post(
      "/enable",
      async (asked) => {
        const { ctx, params } = asked;
        const id = idOf(params.server_id);
        const page = `${serversPath(ctx.member.workspaceId)}/${id}`;
        const before = await servers.get(ctx, id);
        const { refusal } = await attempt(ctx, () => servers.enable(ctx, id), onTheWay);
        switch (refusal?.code) {
          case undefined:
            return seeOther(
              page,
              noticeCookie(before.state === "READY" ? "server_enabled" : "server_set_up", publicUrl),
            );
          case "member_auth_required":
          case "authorization_required":
            return seeOther(page);
          case "manual_registration_required":
            return seeOther(`${page}?step=register`);
          default:
            return showOverview(asked, refusal);
        }
      },
      { member: "apps:write", params: ServerParams, costly: "test" },
    )

    .post(
      "/disable",
      async ({ ctx, params }) => {
        const { id } = await servers.disable(ctx, idOf(params.server_id), false);
        return seeOther(
          `${serversPath(ctx.member.workspaceId)}/${id}`,
          noticeCookie("server_disabled", publicUrl),
        );
      },
      { member: "apps:write", params: ServerParams },
    )

    .post(
      "/clear",
      async ({ ctx, params }) => {
        const { id } = await servers.disable(ctx, idOf(params.server_id), true);
        return seeOther(
          `${serversPath(ctx.member.workspaceId)}/${id}`,
          noticeCookie("registration_cleared", publicUrl),
        );
      },
      { member: "apps:write", params: ServerParams },
    )

    .post(
      "/delete",
      async ({ ctx, params }) => {
        const { id } = await servers.remove(ctx, idOf(params.server_id));
        return seeOther(`${serversPath(ctx.member.workspaceId)}/${id}/deleted`);
      },
      { member: "apps:admin", params: ServerParams },
    )

    .get(
      "/deleted",
      async ({ ctx, params, request, set }) => {
        const removal = await removalOf(ctx, idOf(params.server_id));
        const shell = await shellOf({ ctx, request, set });
        return show(
          <RemovedPage shell={shell} path={serversPath(ctx.member.workspaceId)} removal={removal} />,
        );
      },
      { member: "apps:admin", params: ServerParams },
    );
