import type { ComponentChildren } from "preact";
import type { Me } from "#src/services/accounts.ts";
import { Icon, type IconName } from "#views/components/icon.tsx";
import { Mark } from "#views/components/mark.tsx";
import { Text } from "#views/components/text.tsx";
import { Document, LiveRegion } from "#views/document.tsx";

export const sections = [
  "servers",
  "activity",
  "members",
  "api-keys",
  "settings",
  "account",
  "workspaces",
] as const;
export type Section = (typeof sections)[number];

/** Who looks, and where: what stands around the content of every page for somebody signed in. */
export type Shell = {
  me: Me;
  /** The workspace that the page belongs to, or the one last seen; null for an account that is in none. */
  workspace: Me["workspaces"][number] | null;
  notice: string | null;
};

type Link = { section: Section; label: string; icon: IconName; isForAdmins?: true };

const links: Link[] = [
  { section: "servers", label: "Servers", icon: "server" },
  { section: "activity", label: "Activity", icon: "activity", isForAdmins: true },
  { section: "members", label: "Members", icon: "members" },
  { section: "api-keys", label: "API keys", icon: "key" },
  { section: "settings", label: "Settings", icon: "settings", isForAdmins: true },
];

type Props = {
  shell: Shell;
  /** What the page belongs to; null where that is nothing of it. */
  section: Section | null;
  title: string;
  children: ComponentChildren;
};

export const Layout = ({ shell, section, title, children }: Props) => (
  <Document title={shell.workspace ? `${title} · ${shell.workspace.name}` : title}>
    <div class="shell">
      <header class="side">
        <a class="brand" href="/">
          <Mark /> Switchyard
        </a>
        <WorkspaceMenu shell={shell} />
        {shell.workspace && <Navigation workspace={shell.workspace} section={section} />}
        <AccountMenu shell={shell} section={section} />
      </header>
      <div class="content">
        <LiveRegion notice={shell.notice} />
        <main id="main" tabIndex={-1}>
          {children}
        </main>
      </div>
    </div>
  </Document>
);

const WorkspaceMenu = ({ shell: { me, workspace } }: { shell: Shell }) => (
  <details class="menu workspace-menu" name="menu">
    <summary>
      <span class="menu-label">
        <span class="unseen">Workspace: </span>
        <Text>{workspace?.name ?? "No workspace"}</Text>
      </span>
      <Icon name="chevron" />
    </summary>
    <ul class="menu-items">
      {me.workspaces.map(({ uuid, name }) => (
        <li key={uuid}>
          <a href={`/w/${uuid}/servers`} aria-current={uuid === workspace?.uuid ? "true" : undefined}>
            <Text>{name}</Text>
          </a>
        </li>
      ))}
      <li class="menu-rule">
        <a href="/workspaces/new">New workspace</a>
      </li>
    </ul>
  </details>
);

const Navigation = ({
  workspace,
  section,
}: {
  workspace: NonNullable<Shell["workspace"]>;
  section: Section | null;
}) => (
  <nav class="nav" aria-label="Workspace">
    <ul>
      {links
        .filter(({ isForAdmins }) => !isForAdmins || workspace.scopes.includes("apps:admin"))
        .map((link) => (
          <li key={link.section}>
            <a
              href={`/w/${workspace.uuid}/${link.section}`}
              aria-current={link.section === section ? "page" : undefined}
            >
              <Icon name={link.icon} />
              {link.label}
            </a>
          </li>
        ))}
    </ul>
  </nav>
);

const AccountMenu = ({ shell: { me }, section }: { shell: Shell; section: Section | null }) => (
  <details class="menu account-menu" name="menu">
    <summary>
      <span class="avatar" aria-hidden="true">
        {initialOf(me.account.name)}
      </span>
      <span class="menu-label">
        <span class="unseen">Account: </span>
        <Text>{me.account.name}</Text>
      </span>
      <Icon name="chevron" />
    </summary>
    <ul class="menu-items">
      <li class="menu-note">
        <Text>{me.account.email}</Text>
      </li>
      <li>
        <a href="/account" aria-current={section === "account" ? "page" : undefined}>
          My account
        </a>
      </li>
      <li>
        <a href="/api/docs">API documentation</a>
      </li>
      <li class="menu-rule">
        <form method="post" action="/sign-out">
          <button type="submit">Sign out</button>
        </form>
      </li>
    </ul>
  </details>
);

const initialOf = (name: string): string => [...name][0]?.toUpperCase() ?? "?";
