import { Elysia } from "elysia";
import type { Asking } from "#src/http/asking.ts";
import type { Limits } from "#src/http/limits.ts";
import { accountPages } from "#src/pages/account.tsx";
import { apiKeysPages } from "#src/pages/api-keys.tsx";
import { assetsPages } from "#src/pages/assets.ts";
import { auditEventsPages } from "#src/pages/audit-events.tsx";
import { catalogPages } from "#src/pages/catalog/index.ts";
import { credentialsPages } from "#src/pages/credentials.tsx";
import { homePages } from "#src/pages/home.ts";
import { invitationsPages } from "#src/pages/invitations.tsx";
import { membersPages } from "#src/pages/members.tsx";
import { serverMembersPages } from "#src/pages/server-members.tsx";
import { serverTestsPages } from "#src/pages/server-tests.tsx";
import { serversPages } from "#src/pages/servers/index.ts";
import { setupPages } from "#src/pages/setup.tsx";
import { signInPages } from "#src/pages/sign-in.tsx";
import { workspacesPages } from "#src/pages/workspaces.tsx";
import type { Deps } from "#src/services/context.ts";

/** Everything that people look at. */
export const pagesOf = (deps: Deps, asking: Asking, limits: Limits) =>
  new Elysia({ name: "pages" })
    .use(assetsPages)
    .use(homePages(asking))
    .use(setupPages(deps, asking, limits))
    .use(signInPages(deps, asking, limits))
    .use(invitationsPages(deps, asking))
    .use(workspacesPages(deps, asking))
    .use(serversPages(deps, asking))
    .use(credentialsPages(deps, asking))
    .use(serverTestsPages(asking))
    .use(serverMembersPages(deps, asking))
    .use(catalogPages(asking))
    .use(membersPages(deps, asking))
    .use(apiKeysPages(deps, asking))
    .use(auditEventsPages(asking))
    .use(accountPages(deps, asking, limits));
