import type { ComponentChildren } from "preact";
import { PageHead } from "#views/components/page-head.tsx";
import { Layout, type Shell } from "#views/layout.tsx";

export type Way = "url" | "import" | "directory";

const ways: { way: Way; label: string; path: string }[] = [
  { way: "url", label: "By its URL", path: "/new" },
  { way: "import", label: "From mcp.json", path: "/import" },
  { way: "directory", label: "From the directory", path: "/directory" },
];

type Props = { shell: Shell; path: string; way: Way; lead?: string; children: ComponentChildren };

/** The three ways to a new server. */
export const NewServerLayout = ({ shell, path, way, lead, children }: Props) => (
  <Layout shell={shell} section="servers" title="Add server">
    <a class="back" href={path}>
      Servers
    </a>
    <PageHead title="Add server" lead={lead} />
    <nav class="tabs" aria-label="Ways to add a server">
      {ways.map((one) => (
        <a key={one.way} href={path + one.path} aria-current={one.way === way ? "page" : undefined}>
          {one.label}
        </a>
      ))}
    </nav>
    {children}
  </Layout>
);
