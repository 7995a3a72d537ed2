import type { ComponentChildren } from "preact";
import type { WatchedServer } from "#src/services/servers/index.ts";
import { Layout, type Shell } from "#views/layout.tsx";
import { ServerHead } from "#views/servers/head.tsx";
import { Live } from "#views/servers/live.tsx";
import { pathWith, serverPath, type Tab } from "#views/servers/paths.ts";
import { ServerTabs } from "#views/servers/tabs.tsx";

/** What every page of one server is given. */
export type ServerFrame = {
  shell: Shell;
  server: WatchedServer;
  /** What the member may do in the workspace. */
  mayWrite: boolean;
  isAdmin: boolean;
  /** The state that the page shows, for whoever watches whether it is still so. */
  mark: string;
};

type Props = ServerFrame & { tab: Tab; title?: string; children: ComponentChildren };

/** A server's name, how it does on both axes, and the way to all that is known of it. */
export const ServerLayout = ({ tab, title, children, ...frame }: Props) => {
  const { shell, server, mark } = frame;
  return (
    <Layout shell={shell} section="servers" title={title ? `${title} · ${server.name}` : server.name}>
      <ServerHead server={server} tab={tab} mayWrite={frame.mayWrite} />
      <ServerTabs server={server} current={tab} isAdmin={frame.isAdmin} mayWrite={frame.mayWrite} />
      <Live path={pathWith(`${serverPath(server)}/live`, { tab, since: mark })} />
      {children}
    </Layout>
  );
};
