import { Elysia } from "elysia";
import type { Asking } from "#src/http/asking.ts";
import { serverActivityPages } from "#src/pages/servers/activity.tsx";
import { directoryPages } from "#src/pages/servers/directory.tsx";
import { importPages } from "#src/pages/servers/import.tsx";
import { serverLifecyclePages } from "#src/pages/servers/lifecycle.tsx";
import { serverListPages } from "#src/pages/servers/list.tsx";
import { newServerPages } from "#src/pages/servers/new.tsx";
import { serverOverviewPages } from "#src/pages/servers/overview.tsx";
import { serverSettingsPages } from "#src/pages/servers/settings.tsx";
import type { Deps } from "#src/services/context.ts";

/** The servers of a workspace, and each of them. */
export const serversPages = (deps: Deps, asking: Asking) =>
  new Elysia({ name: "pages.servers" })
    .use(serverListPages(asking))
    .use(newServerPages(deps, asking))
    .use(importPages(asking))
    .use(directoryPages(asking))
    .use(serverOverviewPages(asking))
    .use(serverLifecyclePages(deps, asking))
    .use(serverSettingsPages(deps, asking))
    .use(serverActivityPages(asking));
