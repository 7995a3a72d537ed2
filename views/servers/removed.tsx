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
  const hadTokens = Object.values(revocations).some((count) => count > 0);
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
        <Count name="Connections ended" of={members} />
        {hadTokens ? (
          <>
            <Count name="Tokens revoked there" of={revocations.confirmed} />
            <Count name="Could not be revoked there, and end by themselves" of={revocations.unsupported} />
            <Count name="Still to be revoked" of={revocations.failed} />
          </>
        ) : (
          <div>
            <dt>Tokens</dt>
            <dd>No tokens were kept there.</dd>
          </div>
        )}
      </dl>
      <p class="after-card">
        <a class="button" href={path}>
          Go to your servers
        </a>
      </p>
    </Layout>
  );
};

/** What there was none of is not worth a line. */
const Count = ({ name, of: count }: { name: string; of: number }) =>
  count === 0 ? null : (
    <div>
      <dt>{name}</dt>
      <dd>{count}</dd>
    </div>
  );
