import type { WatchedServer } from "#src/services/servers/index.ts";
import { oobOf } from "#views/servers/out-of-band.ts";
import { serverPath, type Tab } from "#views/servers/paths.ts";

type Props = {
  server: WatchedServer;
  current: Tab;
  mayWrite: boolean;
  isAdmin: boolean;
  outOfBand?: boolean;
};

type Entry = { tab: Tab; label: string; count?: number | undefined; isShown?: boolean };

/** Pages of their own, so each is a link. A count stands there once it is known. */
export const ServerTabs = ({ server, current, mayWrite, isAdmin, outOfBand = false }: Props) => {
  // What a server offers is only ever read through one's own connection, and a viewer makes none.
  const mayUse = mayWrite || server.connection === "connected";
  const entries: Entry[] = [
    { tab: "overview", label: "Overview" },
    { tab: "tools", label: "Tools", count: server.counts.tools, isShown: mayUse },
    { tab: "prompts", label: "Prompts", count: server.counts.prompts, isShown: mayUse },
    { tab: "resources", label: "Resources", count: server.counts.resources, isShown: mayUse },
    { tab: "members", label: "Members", count: server.memberCount },
    { tab: "activity", label: "Activity", isShown: isAdmin },
    { tab: "settings", label: "Settings", isShown: mayWrite },
  ];
  return (
    <nav id="server-tabs" class="tabs" aria-label={`Pages of ${server.name}`} {...oobOf(outOfBand)}>
      {entries
        .filter(({ isShown = true }) => isShown)
        .map(({ tab, label, count }) => (
          <a key={tab} href={serverPath(server, tab)} aria-current={tab === current ? "page" : undefined}>
            {label}
            {count !== undefined && <span class="count"> {count}</span>}
          </a>
        ))}
    </nav>
  );
};
