import type { ServerStatus } from "#src/services/servers/index.ts";
import { oobOf } from "#views/servers/out-of-band.ts";
import { pathWith } from "#views/servers/paths.ts";
import { statusWords } from "#views/servers/signals.tsx";

/** As it stands in the URL; an empty text takes everything. */
export type ServerFilter = {
  q: string;
  /** `mine` are those that want something of whoever looks. */
  status: ServerStatus | "mine" | "";
  sort: string;
  cursor: string;
};

type Props = {
  path: string;
  filter: ServerFilter;
  counts: Record<ServerStatus, number>;
  needs: number;
  outOfBand?: boolean;
};

const shown: ServerStatus[] = ["ready", "failing", "needs_set_up", "needs_authorization", "disabled"];

/** How many there are of each kind; each is a link to them. A kind that nobody is of is left out. */
export const ServerCounts = ({ path, filter, counts, needs, outOfBand = false }: Props) => {
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const statuses = shown.filter((status) => counts[status] > 0 || filter.status === status);
  return (
    <nav id="server-counts" class="counts" aria-label="Kinds of servers" {...oobOf(outOfBand)}>
      <Count path={path} filter={filter} status="" label="All" count={all} />
      {statuses.map((status) => (
        <Count
          key={status}
          path={path}
          filter={filter}
          status={status}
          label={statusWords[status].word}
          count={counts[status]}
        />
      ))}
      {(needs > 0 || filter.status === "mine") && (
        <Count path={path} filter={filter} status="mine" label="Need me" count={needs} />
      )}
    </nav>
  );
};

type CountProps = Pick<Props, "path" | "filter"> & {
  status: ServerFilter["status"];
  label: string;
  count: number;
};

const Count = ({ path, filter, status, label, count }: CountProps) => (
  <a
    href={pathWith(path, { ...filter, status, cursor: null })}
    aria-current={filter.status === status ? "true" : undefined}
  >
    {label} <span class="count">{count}</span>
  </a>
);
