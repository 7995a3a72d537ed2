import type { McpServer } from "#src/services/servers/index.ts";
import { Banner } from "#views/components/banner.tsx";
import { Field } from "#views/components/field.tsx";
import { Button, Form, type Refused } from "#views/components/form.tsx";
import { Text } from "#views/components/text.tsx";
import type { Shell } from "#views/layout.tsx";
import { Busy } from "#views/servers/busy.tsx";
import { LookSteps } from "#views/servers/new/look-steps.tsx";
import { NewServerLayout } from "#views/servers/new/ways.tsx";
import { serverPath } from "#views/servers/paths.ts";

type Props = {
  shell: Shell;
  path: string;
  url: string;
  /** What the workspace has at this URL. */
  existing?: McpServer;
  refused?: Refused;
};

/** The one thing that cannot be found out. */
export const NewServerPage = ({ shell, path, url, existing, refused = null }: Props) => (
  <NewServerLayout
    shell={shell}
    path={path}
    way="url"
    lead="Give the URL of its MCP endpoint. What else there is to know, Switchyard finds out."
  >
    {existing && <Existing server={existing} />}
    <UrlForm path={path} url={url} refused={refused} />
  </NewServerLayout>
);

const Existing = ({ server }: { server: McpServer }) => (
  <Banner tone="info">
    <p role="status">
      This workspace has it already, as <Text>{server.name}</Text>.
    </p>
    <p>
      <a href={serverPath(server)}>
        Go to <Text>{server.name}</Text>
      </a>
    </p>
  </Banner>
);

export const UrlForm = ({ path, url, refused }: { path: string; url: string; refused: Refused }) => (
  <Form action={`${path}/look`} class="form look" refused={refused}>
    <Field
      name="url"
      label="URL"
      inputMode="url"
      value={url}
      placeholder="https://mcp.example.com/mcp"
      isCode
      isFocused={url === ""}
      refused={refused}
    />
    <p class="form-actions">
      <Button tone="primary">Look</Button>
      <Busy words="Looking…" />
    </p>
    <LookSteps steps={[]} />
  </Form>
);
