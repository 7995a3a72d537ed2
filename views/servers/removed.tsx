import type { Removal } from "#src/services/servers/removals.ts";
import { Banner } from "#views/components/banner.tsx";
import { PageHead } from "#views/components/page-head.tsx";
import { Text } from "#views/components/text.tsx";
import { Time } from "#views/components/time.tsx";
import { Layout, type Shell } from "#views/layout.tsx";
import { counted } from "#views/servers/duration.ts";

/** The receipt of a deletion. */
export const RemovedPage = ({ shell, path, removal }: { shell: Shell; path: string; removal: Removal }) => {
  const { name, at, members, revocations } = removal;
  return (
    <Layout shell={shell} section="servers" title="Server deleted">
      <PageHead title={<Text>{`${name} is deleted`}</Text>} lead={<Time at={at} />} />
      {revocations.failed > 0 && (
        <Banner tone="warn">
          {counted(revocations.failed, "token")} could not be revoked at its authorization server just now.
          Switchyard tries again for some days.
        </Banner>
      )}
      <dl class="facts card">
        <div>
          <dt>Connections ended</dt>
          <dd>{members}</dd>
        </div>
        <div>
          <dt>Tokens revoked there</dt>
          <dd>{revocations.confirmed}</dd>
        </div>
        <div>
          <dt>Could not be revoked there, and end by themselves</dt>
          <dd>{revocations.unsupported}</dd>
        </div>
        <div>
          <dt>Still to be revoked</dt>
          <dd>{revocations.failed}</dd>
        </div>
      </dl>
      <p class="after-card">
        <a class="button" href={path}>
          Go to your servers
        </a>
      </p>
    </Layout>
  );
};
