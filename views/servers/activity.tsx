import type { AuditEvent } from "#src/services/audit-events.ts";
import type { Page } from "#src/services/paging.ts";
import { EventList } from "#views/audit-events/list.tsx";
import { Empty } from "#views/components/empty.tsx";
import { Pagination } from "#views/components/pagination.tsx";
import { type ServerFrame, ServerLayout } from "#views/servers/layout.tsx";
import { serverPath } from "#views/servers/paths.ts";

type Props = ServerFrame & { events: Page<AuditEvent>; isFirstPage: boolean };

export const ServerActivityPage = ({ events, isFirstPage, ...frame }: Props) => {
  const path = serverPath(frame.server, "activity");
  return (
    <ServerLayout {...frame} tab="activity" title="Activity">
      {events.items.length === 0 ? (
        <Empty title="Nothing happened yet" />
      ) : (
        <EventList events={events.items} />
      )}
      <Pagination
        first={isFirstPage ? null : path}
        next={events.next && `${path}?cursor=${encodeURIComponent(events.next)}`}
      />
    </ServerLayout>
  );
};
