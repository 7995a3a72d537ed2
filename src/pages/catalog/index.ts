import { Elysia } from "elysia";
import type { Asking } from "#src/http/asking.ts";
import { promptsPages } from "#src/pages/catalog/prompts.tsx";
import { resourcesPages } from "#src/pages/catalog/resources.tsx";
import { createRuns } from "#src/pages/catalog/runs.ts";
import { toolsPages } from "#src/pages/catalog/tools.tsx";

/** What a server offers, to be looked at and tried. */
export const catalogPages = (asking: Asking) =>
  new Elysia({ name: "pages.catalog" })
    .use(toolsPages(asking, createRuns()))
    .use(promptsPages(asking))
    .use(resourcesPages(asking));
