import type { ApiKey } from "#src/services/api-keys.ts";
import type { Page } from "#src/services/paging.ts";
import { ApiKeyTable } from "#views/api-keys/table.tsx";
import { Banner } from "#views/components/banner.tsx";
import { CopyField } from "#views/components/copy-field.tsx";
import { Empty } from "#views/components/empty.tsx";
import { PageHead } from "#views/components/page-head.tsx";
import { Pagination } from "#views/components/pagination.tsx";
import { Layout, type Shell } from "#views/layout.tsx";

type Props = {
  shell: Shell;
  path: string;
  keys: Page<ApiKey>;
  /** One that was just made, this once. */
  made: string | null;
  /** Where programs ask. */
  apiUrl: string;
  isFirstPage: boolean;
};

export const ApiKeysPage = ({ shell, path, keys, made, apiUrl, isFirstPage }: Props) => (
  <Layout shell={shell} section="api-keys" title="API keys">
    <PageHead
      title="API keys"
      lead={
        <>
          Programs act in your name with these, in this workspace only. What they can do is in the{" "}
          <a href="/api/docs">API documentation</a>.
        </>
      }
    >
      <a class="button button-primary" href={`${path}/new`}>
        New key
      </a>
    </PageHead>
    {made && <NewKey value={made} apiUrl={apiUrl} />}
    {keys.total === 0 ? (
      <Empty title="No keys yet">
        <p class="muted">Make one for each program, so that you can end one without the others.</p>
      </Empty>
    ) : (
      <ApiKeyTable path={path} keys={keys.items} />
    )}
    <Pagination
      first={isFirstPage ? null : path}
      next={keys.next && `${path}?cursor=${encodeURIComponent(keys.next)}`}
    />
  </Layout>
);

const NewKey = ({ value, apiUrl }: { value: string; apiUrl: string }) => (
  <Banner tone="ok">
    <p>
      <strong>The key is made.</strong> Copy it now and keep it safe: it is shown only this once.
    </p>
    <CopyField id="new-key" label="Key" value={value} />
    <p class="hint">
      Try it: <code>{`curl -H "Authorization: Bearer $KEY" ${apiUrl}/mcp-servers`}</code>
    </p>
  </Banner>
);
