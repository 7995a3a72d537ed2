import { visibleText } from "#src/lib/text.ts";
import type { Content } from "#views/catalog/content.ts";
import { Text } from "#views/components/text.tsx";

const shownChars = 4_000;
const maxChars = 400_000;

/** @param readPath - where a resource that is linked to can be read; null where nothing is linked */
export const ContentView = ({
  content,
  readPath,
}: {
  content: Content;
  readPath: (uri: string) => string;
}) => {
  switch (content.kind) {
    case "text":
      return <Source text={content.text} label="Text" />;
    case "json":
      return <Source text={content.json} label="JSON" />;
    case "image":
      return (
        <img
          class="content-image"
          src={content.src}
          width={content.width}
          height={content.height}
          alt="What the server sent as a picture"
        />
      );
    case "file":
      return (
        <p>
          <a class="button" href={content.href} download={content.fileName}>
            Save
          </a>{" "}
          <span class="muted">
            <Text>{content.label}</Text>
          </span>
        </p>
      );
    case "link":
      return (
        <p>
          <a href={readPath(content.uri)}>
            <Text>{content.name}</Text>
          </a>{" "}
          <code class="muted">
            <Text>{content.uri}</Text>
          </code>
          {content.description && (
            <>
              <br />
              <span class="muted">
                <Text>{content.description}</Text>
              </span>
            </>
          )}
        </p>
      );
    case "resource":
      return (
        <div>
          <p class="muted">
            <code>
              <Text>{content.uri}</Text>
            </code>
          </p>
          <ContentView content={content.content} readPath={readPath} />
        </div>
      );
    case "note":
      return (
        <p class="muted">
          <Text>{content.words}</Text>
        </p>
      );
  }
};

/** As it was written, markup and all. A long one opens, and one that no page can hold says so. */
export const Source = ({ text, label }: { text: string; label: string }) => {
  const whole = visibleText(text.length > maxChars ? text.slice(0, maxChars).toWellFormed() : text);
  if (whole.length <= shownChars) return <Block text={whole} label={label} />;
  return (
    <details class="source-long">
      <summary>
        <span class="source-start">{whole.slice(0, 400).toWellFormed()}…</span>
        <span class="long-text-more">Show all {text.length.toLocaleString("en")} characters</span>
      </summary>
      <Block text={whole} label={label} />
      {text.length > maxChars && <p class="muted">The rest is left out. The API gives it whole.</p>}
    </details>
  );
};

const Block = ({ text, label }: { text: string; label: string }) => (
  <pre class="source" tabIndex={0} aria-label={label}>
    {text}
  </pre>
);
