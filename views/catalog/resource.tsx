import type { Content } from "#views/catalog/content.ts";
import { ContentView } from "#views/catalog/content-view.tsx";
import { type Asked, Questions } from "#views/catalog/questions.tsx";
import type { Refused } from "#views/components/form.tsx";
import { Short, shortened, Whole } from "#views/components/short.tsx";
import { Text } from "#views/components/text.tsx";
import { type ServerFrame, ServerLayout } from "#views/servers/layout.tsx";
import { pathWith, serverPath } from "#views/servers/paths.ts";
import { type Trouble, TroubleNote } from "#views/servers/trouble.tsx";

/** One of the contents of a resource: it may come in several. */
export type Part = { uri: string; mimeType: string | null; content: Content };

type Props = ServerFrame & {
  uri: string;
  parts: Part[] | null;
  /** What the server wants to know before it gives the resource. */
  asked: Asked | null;
  refused: Refused;
  trouble: Trouble | null;
};

export const ResourcePage = ({ uri, parts, asked, refused, trouble, ...frame }: Props) => {
  const list = serverPath(frame.server, "resources");
  const readPath = (other: string) => pathWith(`${list}/read`, { uri: other });
  return (
    <ServerLayout {...frame} tab="resources" title="Resource">
      <a class="back" href={list}>
        All resources
      </a>
      <div class="tool-head">
        <h2>
          <code>
            <Short>{uri}</Short>
          </code>
        </h2>
        <Whole of={[uri]} />
      </div>
      {trouble && <TroubleNote {...frame} trouble={trouble} here={readPath(uri)} />}
      {asked && <Questions by="resource" action={readPath(uri)} asked={asked} refused={refused} />}
      {parts?.map((part, index) => (
        <section key={index} class="card resource" aria-label={`Part ${index + 1} of ${parts.length}`}>
          <p class="muted">
            <Text>
              {[
                part.uri === uri ? "" : shortened(part.uri),
                part.mimeType?.slice(0, 80) ?? "of no named type",
              ]
                .filter(Boolean)
                .join(" · ")}
            </Text>
          </p>
          <ContentView content={part.content} readPath={readPath} />
        </section>
      ))}
      {parts?.length === 0 && <p class="muted">It is empty.</p>}
    </ServerLayout>
  );
};
