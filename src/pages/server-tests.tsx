import { Elysia } from "elysia";
import type { Asking } from "#src/http/asking.ts";
import { seeOther } from "#src/http/page-answer.ts";
import { withProgress } from "#src/http/page-progress.ts";
import { idOf, ServerParams } from "#src/http/params.ts";
import * as serverTests from "#src/services/server-tests.ts";
import * as servers from "#src/services/servers/index.ts";
import { renderPart } from "#views/render.ts";
import { Testing } from "#views/servers/testing.tsx";

/** A test is kept with its stages, so its answer is the page that shows the last one. */
export const serverTestsPages = (asking: Asking) =>
  new Elysia({ name: "pages.server-tests", prefix: "/w/:workspace_uuid/servers/:server_id/test" })
    .use(asking)

    .post(
      "/",
      (asked) =>
        withProgress(asked, async (ctx, tell) => {
          const { id, url } = await servers.get(ctx, idOf(asked.params.server_id));
          const passed: serverTests.StageTime[] = [];
          const show = () => tell(renderPart(<Testing url={url} passed={passed} />));
          show();
          await serverTests.test(ctx, id, (stage) => {
            passed.push(stage);
            show();
          });
          return seeOther(`/w/${ctx.member.workspaceId}/servers/${id}#server-health`);
        }),
      { member: "apps:read", params: ServerParams, costly: "test" },
    );
