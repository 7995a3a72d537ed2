import { Elysia } from "elysia";
import type { Asking } from "#src/http/asking.ts";
import { idOf, ServerParams } from "#src/http/params.ts";
import { frameOf } from "#src/pages/servers/frame.ts";
import { show } from "#src/pages/show.ts";
import * as auditEvents from "#src/services/audit-events.ts";
import { ServerActivityPage } from "#views/servers/activity.tsx";

const perPage = 50;

/** What happened to one server and to the connections to it. */
export const serverActivityPages = (asking: Asking) =>
  new Elysia({ name: "pages.servers.activity", prefix: "/w/:workspace_uuid/servers/:server_id/activity" })
    .use(asking)
    .get(
      "/",
      async (asked) => {
        const { ctx, params, request } = asked;
        const cursor = new URL(request.url).searchParams.get("cursor");
        const targetId = String(idOf(params.server_id));
        const frame = await frameOf(asked);
        const events = await auditEvents.list(
          ctx,
          { action: null, memberId: null, targetType: "server", targetId },
          { limit: perPage, cursor },
        );
        return show(<ServerActivityPage {...frame} events={events} isFirstPage={cursor === null} />);
      },
      { member: "apps:admin", params: ServerParams },
    );
