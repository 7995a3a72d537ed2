import { Elysia } from "elysia";
import type { Asking } from "#src/http/asking.ts";
import { seeOther } from "#src/http/page-answer.ts";
import { shellOf } from "#src/pages/shell.ts";

/** The workspace that was last looked at, or the first; whoever is in none makes one. */
export const homePages = (asking: Asking) =>
  new Elysia({ name: "pages.home" }).use(asking).get(
    "/",
    async ({ ctx, request, set }) => {
      const { workspace } = await shellOf({ ctx, request, set });
      return seeOther(workspace ? `/w/${workspace.uuid}/servers` : "/workspaces/new");
    },
    { account: "session" },
  );
