import { describe } from "#src/lib/json-schema-form.ts";
import { Claims } from "#views/catalog/claims.tsx";
import { CatalogPages, type ListedPart } from "#views/catalog/pages.tsx";
import type { Tool } from "#views/catalog/said.ts";
import { CatalogName } from "#views/catalog/name.tsx";
import { isCallable, SaidText } from "#views/catalog/said-text.tsx";
import { Empty } from "#views/components/empty.tsx";
import { FilterForm } from "#views/components/form.tsx";
import { SearchField } from "#views/components/search-field.tsx";
import { Short, Whole } from "#views/components/short.tsx";
import { type ServerFrame, ServerLayout } from "#views/servers/layout.tsx";
import { pathWith, serverPath } from "#views/servers/paths.ts";
import { type Trouble, TroubleNote } from "#views/servers/trouble.tsx";

type Props = ServerFrame & {
  q: string;
  /** Null where the server could not be asked; `trouble` says why. */
  tools: ListedPart<Tool> | null;
  trouble: Trouble | null;
};

export const ToolsPage = ({ q, tools, trouble, ...frame }: Props) => {
  const path = serverPath(frame.server, "tools");
  return (
    <ServerLayout {...frame} tab="tools" title="Tools">
      {trouble && <TroubleNote {...frame} trouble={trouble} here={path} />}
      {tools && tools.total === 0 && (
        <Empty title="No tools">
          <p class="muted">This server offers none, or none to you.</p>
        </Empty>
      )}
      {tools && tools.total > 0 && (
        <>
          <FilterForm action={path} label="Tools" results="tools">
            <SearchField label="Find a tool" value={q} placeholder="Name or description" />
            <button type="submit" class="button without-script">
              Find
            </button>
          </FilterForm>
          <ToolList path={path} q={q} tools={tools} />
        </>
      )}
    </ServerLayout>
  );
};

const ToolList = ({ path, q, tools }: { path: string; q: string; tools: ListedPart<Tool> }) => (
  <div id="tools">
    {tools.isTruncated && (
      <p class="filter-note">
        The server offers more tools than can be listed. These are the first{" "}
        {tools.total.toLocaleString("en")}.
      </p>
    )}
    {tools.items.length === 0 ? (
      <Empty title="Nothing fits">
        <p class="muted">
          No tool has that in its name or description. <a href={path}>Show all tools</a>
        </p>
      </Empty>
    ) : (
      <ul class="catalog">
        {tools.items.map((tool) => (
          <ToolItem key={tool.name} path={path} tool={tool} />
        ))}
      </ul>
    )}
    <CatalogPages
      part={tools}
      pathOf={(page) => pathWith(path, { q, page: page === 1 ? null : String(page) })}
    />
  </div>
);

const ToolItem = ({ path, tool }: { path: string; tool: Tool }) => {
  const page = pathWith(`${path}/call`, { name: tool.name });
  return (
    <li class="catalog-item">
      <div class="catalog-head">
        <CatalogName name={tool.name} href={page} />
        {tool.title && (
          <span class="muted">
            <Short>{tool.title}</Short>
          </span>
        )}
        <Claims claims={tool.claims} />
      </div>
      <Whole of={[tool.name, tool.title]} />
      {tool.description && (
        <SaidText text={tool.description} within="list" page={isCallable(tool.name) ? page : undefined} />
      )}
      <Takes tool={tool} />
    </li>
  );
};

/** The arguments by name: the needed ones first, as the rest can be left out. */
const Takes = ({ tool }: { tool: Tool }) => {
  const own = describe(tool.input).filter(({ path }) => !/[.[]/.test(path));
  const sorted = [
    ...own.filter(({ isRequired }) => isRequired),
    ...own.filter(({ isRequired }) => !isRequired),
  ];
  if (sorted.length === 0) return null;
  return (
    <p class="takes">
      Takes{" "}
      {sorted.slice(0, 8).map(({ path, isRequired }, index) => (
        <span key={path}>
          {index > 0 && ", "}
          <code>
            <Short room="row">{path}</Short>
          </code>
          {isRequired ? "" : "?"}
        </span>
      ))}
      {sorted.length > 8 && `, and ${sorted.length - 8} more`}
    </p>
  );
};
