import type { ClientSnippet } from "#src/lib/client-snippets.ts";
import type { PastTest } from "#src/services/server-tests.ts";
import type { Refused } from "#views/components/form.tsx";
import { Facts } from "#views/servers/facts.tsx";
import { Health } from "#views/servers/health.tsx";
import { Instructions } from "#views/servers/instructions.tsx";
import { type ServerFrame, ServerLayout } from "#views/servers/layout.tsx";
import { NextPanel } from "#views/servers/next.tsx";
import { Snippets } from "#views/servers/snippets.tsx";

type Props = ServerFrame & {
  tests: PastTest[];
  snippets: ClientSnippet[];
  redirectUri: string;
  /** Why connecting did not work. */
  refused?: Refused;
};

export const OverviewPage = ({ tests, snippets, redirectUri, refused = null, ...frame }: Props) => (
  <ServerLayout {...frame} tab="overview">
    <NextPanel {...frame} redirectUri={redirectUri} refused={refused} />
    <Health server={frame.server} tests={tests} />
    <Facts server={frame.server} />
    {frame.server.instructions && <Instructions text={frame.server.instructions} />}
    <Snippets snippets={snippets} />
  </ServerLayout>
);
