import { Elysia } from "elysia";
import { AppError } from "#src/errors.ts";
import type { Asking } from "#src/http/asking.ts";
import type { Refusal } from "#src/http/page-refusal.ts";
import { idOf, ServerParams } from "#src/http/params.ts";
import { clientSnippets } from "#src/lib/client-snippets.ts";
import { type Asked, frameOf } from "#src/pages/servers/frame.ts";
import { watch } from "#src/pages/servers/watch.tsx";
import { show } from "#src/pages/show.ts";
import { learnCounts } from "#src/services/catalog-counts.ts";
import type { Ctx } from "#src/services/context.ts";
import { redirectUriOf } from "#src/services/oauth/client-metadata.ts";
import { isAdmin } from "#src/services/scopes.ts";
import * as serverTests from "#src/services/server-tests.ts";
import * as servers from "#src/services/servers/index.ts";
import { renderPart } from "#views/render.ts";
import { ServerGone } from "#views/servers/gone.tsx";
import { ServerHead } from "#views/servers/head.tsx";
import { Health } from "#views/servers/health.tsx";
import { NextPanel } from "#views/servers/next.tsx";
import { OverviewPage } from "#views/servers/overview.tsx";
import type { Tab } from "#views/servers/paths.ts";
import { ServerTabs } from "#views/servers/tabs.tsx";

const tabs: Tab[] = ["overview", "tools", "prompts", "resources", "members", "activity", "settings"];

export const serverOverviewPages = (asking: Asking) =>
  new Elysia({ name: "pages.servers.overview", prefix: "/w/:workspace_uuid/servers/:server_id" })
    .use(asking)

    .get("/", (asked) => showOverview(asked), { member: "apps:read", params: ServerParams })

    .get(
      "/live",
      async ({ ctx, request, params }) => {
        const id = idOf(params.server_id);
        await servers.get(ctx, id);
        const asked = new URL(request.url).searchParams.get("tab");
        const tab = tabs.find((one) => one === asked) ?? "overview";
        return watch(
          { ctx, request },
          { concerns: (serverId) => serverId === id, render: (now) => changedParts(now, id, tab) },
        );
      },
      { member: "apps:read", params: ServerParams },
    );

/** @param refusal - why connecting did not work, to be shown where it was tried */
export async function showOverview(asked: Asked, refusal: Refusal | null = null): Promise<Response> {
  const { ctx } = asked;
  const frame = await frameOf(asked);
  const { pathname, searchParams } = new URL(asked.request.url);
  // Only the sign-in itself finds out that a client is missing; who met that is sent here.
  const wantsClient = searchParams.get("step") === "register" || pathname.endsWith("/client");
  const server = { ...frame.server, lacksClient: frame.server.lacksClient || wantsClient };
  const isWorthCounting = server.status === "ready" && server.connection === "connected";
  if (isWorthCounting && Object.keys(server.counts).length === 0) learnCounts(ctx, server.id);
  return show(
    <OverviewPage
      {...frame}
      server={server}
      tests={await serverTests.history(ctx, server.id)}
      snippets={clientSnippets({ ...server, header: server.header ?? null })}
      redirectUri={redirectUriOf(ctx, server.appUuid)}
      refused={refusal}
    />,
    refusal ?? {},
  );
}

async function changedParts(ctx: Ctx, id: number, tab: Tab): Promise<string> {
  try {
    const server = await servers.getWatched(ctx, id);
    const rights = { mayWrite: ctx.member.scopes.includes("apps:write"), isAdmin: isAdmin(ctx) };
    return renderPart(
      <>
        <ServerHead server={server} tab={tab} {...rights} outOfBand />
        <ServerTabs server={server} current={tab} {...rights} outOfBand />
        {tab === "overview" && (
          <>
            <NextPanel
              server={server}
              {...rights}
              redirectUri={redirectUriOf(ctx, server.appUuid)}
              outOfBand
            />
            <Health server={server} tests={await serverTests.history(ctx, id)} outOfBand />
          </>
        )}
      </>,
    );
  } catch (failure) {
    if (failure instanceof AppError && failure.reason === "not_found")
      return renderPart(<ServerGone workspaceUuid={ctx.member.workspaceId} />);
    throw failure;
  }
}
