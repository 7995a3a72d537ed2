import type { Member } from "#src/services/context.ts";
import type { Invitation } from "#src/services/invitations.ts";
import type { WorkspaceMember } from "#src/services/members.ts";
import type { Page } from "#src/services/paging.ts";
import { Banner } from "#views/components/banner.tsx";
import { CopyField } from "#views/components/copy-field.tsx";
import type { Refused } from "#views/components/form.tsx";
import { PageHead } from "#views/components/page-head.tsx";
import { Pagination } from "#views/components/pagination.tsx";
import { RequestId } from "#views/components/request-id.tsx";
import { Layout, type Shell } from "#views/layout.tsx";
import { Invitations } from "#views/members/invitations.tsx";
import { MemberTable } from "#views/members/table.tsx";

type Props = {
  shell: Shell;
  /** Who looks. */
  self: Member;
  isOnlyOwner: boolean;
  members: Page<WorkspaceMember>;
  /** Null for whoever may not invite. */
  invitations: Page<Invitation> | null;
  /** Of an invitation that was just made, this once. */
  link: string | null;
  isFirstPage: boolean;
  refused?: Refused;
};

export const MembersPage = ({
  shell,
  self,
  isOnlyOwner,
  members,
  invitations,
  link,
  isFirstPage,
  refused = null,
}: Props) => {
  const path = `/w/${self.workspaceId}/members`;
  return (
    <Layout shell={shell} section="members" title="Members">
      <PageHead title="Members" lead={counted(members.total)}>
        {invitations && (
          <a class="button button-primary" href={`${path}/invite`}>
            Invite
          </a>
        )}
      </PageHead>
      {refused && (
        <Banner tone="bad">
          <p>{refused.message ?? Object.values(refused.fields).join(" ")}</p>
          <RequestId id={refused.requestId} />
        </Banner>
      )}
      {link && <NewLink link={link} />}
      <MemberTable path={path} self={self} isOnlyOwner={isOnlyOwner} members={members.items} />
      <Pagination
        first={isFirstPage ? null : path}
        next={members.next && `${path}?cursor=${encodeURIComponent(members.next)}`}
      />
      {invitations && invitations.items.length > 0 && (
        <Invitations path={path} invitations={invitations.items} />
      )}
    </Layout>
  );
};

const NewLink = ({ link }: { link: string }) => (
  <Banner tone="ok">
    <p>
      <strong>The invitation is made.</strong> Give this link to the person you invite. It works once, for
      seven days, and is shown only now.
    </p>
    <CopyField id="invitation-link" label="Link" value={link} />
  </Banner>
);

const counted = (total: number): string =>
  total === 1 ? "You are alone here so far." : `${total} people are in this workspace.`;
