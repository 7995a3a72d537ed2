import { Elysia } from "elysia";
import { accessApi } from "#src/api/access.ts";
import { apiKeysApi } from "#src/api/api-keys.ts";
import { auditEventsApi } from "#src/api/audit-events.ts";
import { appConnectionsApi, catalogApi } from "#src/api/catalog.ts";
import { credentialsApi } from "#src/api/credentials.ts";
import { docsApi } from "#src/api/docs.ts";
import { iconsApi } from "#src/api/icons.ts";
import { invitationsApi } from "#src/api/invitations.ts";
import { meApi } from "#src/api/me.ts";
import { membersApi } from "#src/api/members.ts";
import { oauthApi } from "#src/api/oauth.ts";
import { serverMembersApi } from "#src/api/server-members.ts";
import { serverTestsApi } from "#src/api/server-tests.ts";
import { serversApi } from "#src/api/servers.ts";
import { sessionApi } from "#src/api/session.ts";
import { setupApi } from "#src/api/setup.ts";
import { signInApi } from "#src/api/sign-in.ts";
import { workspacesApi } from "#src/api/workspaces.ts";
import { accessLog } from "#src/http/access-log.ts";
import { asking } from "#src/http/asking.ts";
import { compression } from "#src/http/compression.ts";
import { errors } from "#src/http/errors.ts";
import { etags } from "#src/http/etag.ts";
import { hosts } from "#src/http/hosts.ts";
import { createLimits } from "#src/http/limits.ts";
import { methodsOf } from "#src/http/methods.ts";
import { probes } from "#src/http/probes.ts";
import { securityHeaders } from "#src/http/security-headers.ts";
import { pagesOf } from "#src/pages/index.ts";
import type { Deps } from "#src/services/context.ts";

export type App = ReturnType<typeof createApp>;

/** The table of contents: everything the app answers. Opens nothing and reads no environment. */
export const createApp = (deps: Deps) => {
  const { publicUrl, metricsToken, rateLimit } = deps.settings;
  const limits = createLimits(rateLimit);
  const asks = asking(deps, limits);

  const routes = new Elysia({ name: "api" })
    .use(setupApi(deps, asks, limits))
    .use(sessionApi(deps, asks, limits))
    .use(signInApi(deps, asks, limits))
    .use(meApi(asks))
    .use(workspacesApi(deps, asks))
    .use(membersApi(deps, asks))
    .use(invitationsApi(deps, asks))
    .use(apiKeysApi(deps, asks))
    .use(auditEventsApi(deps, asks))
    .use(serversApi(deps, asks))
    .use(accessApi(asks))
    .use(serverTestsApi(asks))
    .use(oauthApi(deps, asks))
    .use(credentialsApi(asks))
    .use(serverMembersApi(deps, asks))
    .use(catalogApi(asks))
    .use(appConnectionsApi(asks))
    .use(iconsApi(deps, asks));

  return new Elysia({ normalize: false })
    .use(errors(deps.log, publicUrl, methodsOf(routes)))
    .use(accessLog(deps.log, deps.metrics))
    .use(securityHeaders(publicUrl))
    .use(probes({ isReady: deps.isReady, metrics: deps.metrics, metricsToken }))
    .use(hosts(publicUrl))
    .use(etags)
    .use(compression)
    .use(routes)
    .use(docsApi(routes, publicUrl))
    .use(pagesOf(deps, asks, limits));
};
