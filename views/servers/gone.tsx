import { Banner } from "#views/components/banner.tsx";
import { serversPath } from "#views/servers/paths.ts";

/** In the place of a server's head and tabs, when it is deleted or hidden while somebody looks at it. */
export const ServerGone = ({ workspaceUuid }: { workspaceUuid: string }) => (
  <>
    <header id="server-head" hx-swap-oob="outerHTML">
      <Banner tone="bad">
        <p>This server was deleted, or you may no longer use it. What you see below was its state before.</p>
        <p>
          <a href={serversPath(workspaceUuid)}>Go to your servers</a>
        </p>
      </Banner>
    </header>
    <nav id="server-tabs" hx-swap-oob="delete" />
    <div id="next" hx-swap-oob="delete" />
  </>
);
