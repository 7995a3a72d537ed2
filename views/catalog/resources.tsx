import { sizeWords } from "#views/catalog/content.ts";
import { CatalogName } from "#views/catalog/name.tsx";
import { CatalogPages, type ListedPart } from "#views/catalog/pages.tsx";
import { SaidText } from "#views/catalog/said-text.tsx";
import type { Resource } from "#views/catalog/said.ts";
import { Empty } from "#views/components/empty.tsx";
import { Field } from "#views/components/field.tsx";
import { FilterForm } from "#views/components/form.tsx";
import { SearchField } from "#views/components/search-field.tsx";
import { Short, shortened, Whole } from "#views/components/short.tsx";
import { Text } from "#views/components/text.tsx";
import { type ServerFrame, ServerLayout } from "#views/servers/layout.tsx";
import { pathWith, serverPath } from "#views/servers/paths.ts";
import { type Trouble, TroubleNote } from "#views/servers/trouble.tsx";

/** A template with what there is to fill in. */
export type Template = Resource & { variables: { name: string; isOptional: boolean }[] };

type Props = ServerFrame & {
  q: string;
  resources: ListedPart<Resource> | null;
  templates: Template[];
  trouble: Trouble | null;
};

/** The name of the field for a template's variable. */
export const variableField = (name: string): string => `var/${name}`;

export const ResourcesPage = ({ q, resources, templates, trouble, ...frame }: Props) => {
  const path = serverPath(frame.server, "resources");
  return (
    <ServerLayout {...frame} tab="resources" title="Resources">
      {trouble && <TroubleNote {...frame} trouble={trouble} here={path} />}
      {resources && resources.total === 0 && templates.length === 0 && (
        <Empty title="No resources">
          <p class="muted">This server offers none, as many do. Its tools work without.</p>
        </Empty>
      )}
      {templates.length > 0 && <Templates path={path} templates={templates} />}
      {resources && resources.total > 0 && <ResourceList path={path} q={q} resources={resources} />}
    </ServerLayout>
  );
};

type ListProps = { path: string; q: string; resources: ListedPart<Resource> };

const ResourceList = ({ path, q, resources }: ListProps) => (
  <section class="section" aria-labelledby="resources-title">
    <h2 id="resources-title">Resources</h2>
    <FilterForm action={path} label="Resources" results="resources">
      <SearchField label="Find a resource" value={q} placeholder="Name or address" />
      <button type="submit" class="button without-script">
        Find
      </button>
    </FilterForm>
    <div id="resources">
      {resources.items.length === 0 ? (
        <Empty title="Nothing fits">
          <p class="muted">
            <a href={path}>Show all resources</a>
          </p>
        </Empty>
      ) : (
        <ul class="catalog">
          {resources.items.map((resource) => (
            <ResourceItem key={resource.uri} path={path} resource={resource} />
          ))}
        </ul>
      )}
      <CatalogPages
        part={resources}
        pathOf={(page) => pathWith(path, { q, page: page === 1 ? null : String(page) })}
      />
    </div>
  </section>
);

const ResourceItem = ({ path, resource }: { path: string; resource: Resource }) => (
  <li class="catalog-item">
    <div class="catalog-head">
      <CatalogName name={resource.name} href={pathWith(`${path}/read`, { uri: resource.uri })} />
      <span class="muted">
        <Text>
          {[resource.mimeType?.slice(0, 80), resource.bytes !== null && sizeWords(resource.bytes)]
            .filter(Boolean)
            .join(" · ")}
        </Text>
      </span>
    </div>
    <code class="muted">
      <Short>{resource.uri}</Short>
    </code>
    <Whole of={[resource.name, resource.uri]} />
    {resource.description && <SaidText text={resource.description} within="list" />}
  </li>
);

const Templates = ({ path, templates }: { path: string; templates: Template[] }) => (
  <section class="section" aria-labelledby="templates-title">
    <h2 id="templates-title">Templates</h2>
    <p class="lead">Addresses with something to fill in.</p>
    <ul class="catalog">
      {templates.map((template, index) => (
        <li key={template.uri} class="catalog-item">
          <div class="catalog-head">
            <strong>
              <Short>{template.name}</Short>
            </strong>
            <code class="muted">
              <Short>{template.uri}</Short>
            </code>
          </div>
          <Whole of={[template.name, template.uri]} />
          {template.description && <SaidText text={template.description} within="list" />}
          <form
            method="get"
            action={`${path}/read`}
            class="inline-form"
            aria-label={shortened(template.name)}
          >
            <input type="hidden" name="template" value={template.uri} />
            {template.variables.map(({ name, isOptional }, place) => (
              <Field
                key={name}
                id={`template-${index}-${place}`}
                name={variableField(name)}
                label={shortened(name)}
                isOptional={isOptional}
              />
            ))}
            <button type="submit" class="button">
              Read
            </button>
          </form>
        </li>
      ))}
    </ul>
  </section>
);
