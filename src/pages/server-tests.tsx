import { Elysia } from "elysia";
import type { Asking } from "#src/http/asking.ts";
import { seeOther } from "#src/http/page-answer.ts";
import { idOf, ServerParams } from "#src/http/params.ts";
import * as serverTests from "#src/services/server-tests.ts";

/** A test is kept with its stages, so its answer is the page that shows the last one. */
export const serverTestsPages = (asking: Asking) =>
  new Elysia({ name: "pages.server-tests", prefix: "/w/:workspace_uuid/servers/:server_id/test" })
    .use(asking)

    .post(
      "/",
      async ({ ctx, params }) => {
        const id = idOf(params.server_id);
        await serverTests.test(ctx, id);
        return seeOther(`/w/${ctx.member.workspaceId}/servers/${id}#server-health`);
      },
      { member: "apps:read", params: ServerParams, costly: "test" },
    );
