import { CatalogName } from "#views/catalog/name.tsx";
import { CatalogPages, type ListedPart } from "#views/catalog/pages.tsx";
import { isCallable, SaidText } from "#views/catalog/said-text.tsx";
import type { Prompt } from "#views/catalog/said.ts";
import { Empty } from "#views/components/empty.tsx";
import { Short, Whole } from "#views/components/short.tsx";
import { type ServerFrame, ServerLayout } from "#views/servers/layout.tsx";
import { pathWith, serverPath } from "#views/servers/paths.ts";
import { type Trouble, TroubleNote } from "#views/servers/trouble.tsx";

type Props = ServerFrame & { prompts: ListedPart<Prompt> | null; trouble: Trouble | null };

export const PromptsPage = ({ prompts, trouble, ...frame }: Props) => {
  const path = serverPath(frame.server, "prompts");
  return (
    <ServerLayout {...frame} tab="prompts" title="Prompts">
      {trouble && <TroubleNote {...frame} trouble={trouble} here={path} />}
      {prompts && prompts.total === 0 && (
        <Empty title="No prompts">
          <p class="muted">This server offers none, as most do. Its tools work without.</p>
        </Empty>
      )}
      {prompts && prompts.total > 0 && (
        <>
          <ul class="catalog">
            {prompts.items.map((prompt) => (
              <PromptItem key={prompt.name} path={path} prompt={prompt} />
            ))}
          </ul>
          <CatalogPages part={prompts} pathOf={(page) => pathWith(path, { page: String(page) })} />
        </>
      )}
    </ServerLayout>
  );
};

const PromptItem = ({ path, prompt }: { path: string; prompt: Prompt }) => {
  const page = pathWith(`${path}/get`, { name: prompt.name });
  return (
    <li class="catalog-item">
      <div class="catalog-head">
        <CatalogName name={prompt.name} href={page} />
        {prompt.title && (
          <span class="muted">
            <Short>{prompt.title}</Short>
          </span>
        )}
      </div>
      <Whole of={[prompt.name, prompt.title]} />
      {prompt.description && (
        <SaidText text={prompt.description} within="list" page={isCallable(prompt.name) ? page : undefined} />
      )}
      <Takes prompt={prompt} />
    </li>
  );
};

const Takes = ({ prompt }: { prompt: Prompt }) =>
  prompt.arguments.length === 0 ? null : (
    <p class="takes">
      Takes{" "}
      {prompt.arguments.slice(0, 8).map(({ name, isRequired }, index) => (
        <span key={name}>
          {index > 0 && ", "}
          <code>
            <Short room="row">{name}</Short>
          </code>
          {isRequired ? "" : "?"}
        </span>
      ))}
      {prompt.arguments.length > 8 && `, and ${prompt.arguments.length - 8} more`}
    </p>
  );
