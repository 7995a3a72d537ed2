import type { DirectoryEntry } from "#src/services/directory.ts";
import { Empty } from "#views/components/empty.tsx";
import { Button, FilterForm, Form } from "#views/components/form.tsx";
import { SearchField } from "#views/components/search-field.tsx";
import type { Shell } from "#views/layout.tsx";
import { NewServerLayout } from "#views/servers/new/ways.tsx";
import { hostOf } from "#views/servers/paths.ts";

type Props = {
  shell: Shell;
  path: string;
  q: string;
  entries: DirectoryEntry[];
  /** Those that the workspace has, by URL. */
  present: Map<string, number>;
};

const expectations: Record<DirectoryEntry["asks"], string> = {
  "sign-in": "sign-in",
  client: "sign-in, by a client registered by hand",
  key: "key",
  nothing: "open to everybody",
};

export const DirectoryPage = ({ shell, path, q, entries, present }: Props) => (
  <NewServerLayout
    shell={shell}
    path={path}
    way="directory"
    lead="Public servers that many use. The list comes with Switchyard; nobody pays to stand in it."
  >
    <FilterForm action={`${path}/directory`} label="Directory" results="directory">
      <SearchField label="Find a server" value={q} placeholder="Name, or what it is for" />
      <button type="submit" class="button without-script">
        Find
      </button>
    </FilterForm>
    <div id="directory">
      {entries.length === 0 && (
        <Empty title="Not in the directory">
          <p class="muted">
            Every server can be added <a href={`${path}/new`}>by its URL</a>.
          </p>
        </Empty>
      )}
      {groupsOf(entries).map(([group, members]) => (
        <section key={group} class="section" aria-label={group}>
          <h2>{group}</h2>
          <ul class="directory">
            {members.map((entry) => (
              <Entry key={entry.url} path={path} entry={entry} id={present.get(entry.url)} />
            ))}
          </ul>
        </section>
      ))}
    </div>
  </NewServerLayout>
);

const Entry = ({ path, entry, id }: { path: string; entry: DirectoryEntry; id: number | undefined }) => (
  <li class="directory-entry">
    <div>
      <h3>{entry.name}</h3>
      <p>{entry.about}</p>
      <p class="hint">
        {hostOf(entry.url)} · {expectations[entry.asks]}
      </p>
    </div>
    {id === undefined ? (
      <Form action={`${path}/look`} class="inline">
        <input type="hidden" name="url" value={entry.url} />
        <Button aria-label={`Add ${entry.name}`}>Add</Button>
      </Form>
    ) : (
      <a class="button button-quiet" href={`${path}/${id}`} aria-label={`Added: ${entry.name}`}>
        Added
      </a>
    )}
  </li>
);

const groupsOf = (entries: DirectoryEntry[]): [string, DirectoryEntry[]][] => [
  ...Map.groupBy(entries, ({ group }) => group),
];
