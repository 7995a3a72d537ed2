import { Elysia } from "elysia";
import type { Asking } from "#src/http/asking.ts";
import type { Limits } from "#src/http/limits.ts";
import { assetsPages } from "#src/pages/assets.ts";
import { homePages } from "#src/pages/home.ts";
import { signInPages } from "#src/pages/sign-in.tsx";
import type { Deps } from "#src/services/context.ts";

/** Everything that people look at. */
export const pagesOf = (deps: Deps, asking: Asking, limits: Limits) =>
  new Elysia({ name: "pages" })
    .use(assetsPages)
    .use(homePages(asking))
    .use(signInPages(deps, asking, limits));
