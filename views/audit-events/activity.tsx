import type { AuditEvent } from "#src/services/audit-events.ts";
import type { WorkspaceMember } from "#src/services/members.ts";
import type { Page } from "#src/services/paging.ts";
import { EventList } from "#views/audit-events/list.tsx";
import { Empty } from "#views/components/empty.tsx";
import { Select } from "#views/components/field.tsx";
import { FilterForm } from "#views/components/form.tsx";
import { PageHead } from "#views/components/page-head.tsx";
import { Pagination } from "#views/components/pagination.tsx";
import { Layout, type Shell } from "#views/layout.tsx";

export type ActivityFilter = { memberId: string; targetType: string; targetId: string };

type Props = {
  shell: Shell;
  path: string;
  /** As it stands in the URL; an empty text takes everything. */
  filter: ActivityFilter;
  events: Page<AuditEvent>;
  people: WorkspaceMember[];
  isFirstPage: boolean;
};

export const subjects = [
  { value: "server", label: "Servers and connections" },
  { value: "member", label: "Members" },
  { value: "invitation", label: "Invitations" },
  { value: "api_key", label: "API keys" },
  { value: "workspace", label: "The workspace" },
];

export const ActivityPage = ({ shell, path, filter, events, people, isFirstPage }: Props) => (
  <Layout shell={shell} section="activity" title="Activity">
    <PageHead title="Activity" lead="Who did what in this workspace, the newest first." />
    <FilterForm action={path} label="Activity" results="activity">
      <Select
        name="memberId"
        label="By"
        value={filter.memberId}
        options={[
          { value: "", label: "Everybody" },
          ...people.map(({ id, name }) => ({ value: String(id), label: name })),
        ]}
      />
      <Select
        name="targetType"
        label="About"
        value={filter.targetType}
        options={[{ value: "", label: "Everything" }, ...subjects]}
      />
      <button type="submit" class="button without-script">
        Show
      </button>
    </FilterForm>
    <div id="activity">
      <Results path={path} filter={filter} events={events} isFirstPage={isFirstPage} />
    </div>
  </Layout>
);

const Results = ({ path, filter, events, isFirstPage }: Omit<Props, "shell" | "people">) => (
  <>
    {filter.targetId && (
      <p class="filter-note">
        Only about one of them. <a href={path}>Show everything</a>
      </p>
    )}
    {events.items.length === 0 ? (
      <Empty title="Nothing happened">
        <p class="muted">
          Or nothing that fits. Everything that changes the workspace stands here from then on.
        </p>
      </Empty>
    ) : (
      <EventList events={events.items} />
    )}
    <Pagination
      first={isFirstPage ? null : pathWith(path, filter, null)}
      next={events.next && pathWith(path, filter, events.next)}
    />
  </>
);

function pathWith(path: string, filter: ActivityFilter, cursor: string | null): string {
  const query = new URLSearchParams(
    Object.entries({ ...filter, cursor: cursor ?? "" }).filter(([, value]) => value !== ""),
  );
  return query.size === 0 ? path : `${path}?${query}`;
}
