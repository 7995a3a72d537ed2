import type { Page } from "#src/services/paging.ts";
import type { Needs, ServerStatus, WatchedServer } from "#src/services/servers/index.ts";
import { Empty } from "#views/components/empty.tsx";
import { Select } from "#views/components/field.tsx";
import { FilterForm } from "#views/components/form.tsx";
import { Icon } from "#views/components/icon.tsx";
import { PageHead } from "#views/components/page-head.tsx";
import { Pagination } from "#views/components/pagination.tsx";
import { SearchField } from "#views/components/search-field.tsx";
import { Table } from "#views/components/table.tsx";
import { Layout, type Shell } from "#views/layout.tsx";
import { type ServerFilter, ServerCounts } from "#views/servers/filter.tsx";
import { Live } from "#views/servers/live.tsx";
import { NeedsBanner } from "#views/servers/needs.tsx";
import { pathWith } from "#views/servers/paths.ts";
import { ServerRow, serverColumns } from "#views/servers/row.tsx";

export type ServersProps = {
  shell: Shell;
  path: string;
  filter: ServerFilter;
  servers: Page<WatchedServer>;
  counts: Record<ServerStatus, number>;
  needs: Needs;
  mayAdd: boolean;
  /** The state that this page shows, for whoever watches whether it is still so. */
  mark: string;
};

export const sorts = [
  { value: "", label: "Name" },
  { value: "newest", label: "Newest first" },
  { value: "changed", label: "Changed last" },
  { value: "members", label: "Most members" },
];

export const ServersPage = (props: ServersProps) => (
  <Layout shell={props.shell} section="servers" title="Servers">
    <PageHead title="Servers">
      {props.mayAdd && !isEmpty(props) && (
        <a class="button button-primary" href={`${props.path}/new`}>
          <Icon name="plus" />
          Add server
        </a>
      )}
    </PageHead>
    {isEmpty(props) ? <FirstServer {...props} /> : <Servers {...props} />}
  </Layout>
);

const isEmpty = ({ counts, filter }: ServersProps): boolean =>
  filter.q === "" && Object.values(counts).every((count) => count === 0);

const FirstServer = (props: ServersProps) => (
  <div id="servers" {...watching(props, "main")}>
    <Empty title="No servers yet">
      <p class="muted">
        A server is something your assistants can use, such as Linear or Sentry. Add one by its URL, then
        everybody connects with their own account.
      </p>
      {props.mayAdd ? (
        <a class="button button-primary" href={`${props.path}/new`}>
          Add the first server
        </a>
      ) : (
        <p class="muted">Ask a member of the workspace to add one.</p>
      )}
    </Empty>
    <Watch {...props} />
  </div>
);

const Servers = (props: ServersProps) => (
  <>
    <FilterForm action={props.path} label="Servers" results="servers">
      <SearchField value={props.filter.q} placeholder="Name, address or description" />
      <Select name="sort" label="Sort by" options={sorts} value={props.filter.sort} />
      {props.filter.status && <input type="hidden" name="status" value={props.filter.status} />}
      <button type="submit" class="button without-script">
        Search
      </button>
    </FilterForm>
    <Results {...props} />
  </>
);

const Results = (props: ServersProps) => {
  const { path, filter, servers, counts, needs } = props;
  return (
    <div id="servers" {...watching(props)} {...behindSearch}>
      <NeedsBanner path={path} needs={needs} isShown={filter.status === "mine"} />
      <ServerCounts path={path} filter={filter} counts={counts} needs={needs.total} />
      {servers.items.length === 0 ? (
        <Empty title="Nothing fits">
          <p class="muted">
            No server here has what you look for. <a href={path}>Show all servers</a>
          </p>
        </Empty>
      ) : (
        <Table caption="Servers" columns={serverColumns} isDense>
          {servers.items.map((server) => (
            <ServerRow key={server.id} server={server} />
          ))}
        </Table>
      )}
      <Watch {...props} />
      <Pagination
        first={filter.cursor ? pathWith(path, { ...filter, cursor: null }) : null}
        next={servers.next && pathWith(path, { ...filter, cursor: servers.next })}
      />
    </div>
  );
};

/** Takes away the row of a server that is no longer there for whoever looks. */
export const GoneRow = ({ id }: { id: number }) => <tr id={`server-${id}`} hx-swap-oob="delete" />;

/** What somebody searches for comes first: an older list that is still on its way is not put over what was found. */
const behindSearch = { "hx-sync": "form.filters:abort" };

/** Asks for itself again, by its own address, when it is told that it is no longer what the list would be. */
const watching = ({ path, filter }: ServersProps, part = "servers") => ({
  "hx-get": pathWith(path, filter),
  "hx-trigger": "stale",
  "hx-target": `#${part}`,
  "hx-select": `#${part}`,
  "hx-swap": "outerMorph",
});

/** Rows that change are sent by themselves. What the stream says bubbles up to the list around it. */
const Watch = ({ path, filter, mark }: ServersProps) => (
  <Live path={pathWith(`${path}/live`, { ...filter, cursor: null, since: mark })} />
);
