import type { WatchedServer } from "#src/services/servers/index.ts";
import type { Content } from "#views/catalog/content.ts";
import { ContentView, Source } from "#views/catalog/content-view.tsx";
import { Status } from "#views/components/status.tsx";
import { shownMs } from "#views/servers/duration.ts";
import { pathWith, serverPath } from "#views/servers/paths.ts";

/** What came of a call. */
export type Outcome = {
  ms: number;
  /** The tool ran, and says itself that it failed. */
  isError: boolean;
  contents: Content[];
  /** Apart from the contents: meant for programs. */
  structured: Content | null;
  /** All of it, as it came. */
  json: string;
};

export const ToolOutcome = ({ outcome, server }: { outcome: Outcome; server: WatchedServer }) => {
  const readPath = (uri: string) => pathWith(`${serverPath(server, "resources")}/read`, { uri });
  return (
    <section id="outcome" class="section outcome" aria-labelledby="outcome-title">
      <h2 id="outcome-title" tabIndex={-1} autofocus>
        Result
      </h2>
      <div class="card">
        <p class="test-verdict">
          {outcome.isError ? (
            <Status tone="bad" word="The tool says it failed" />
          ) : (
            <Status tone="ok" word="Done" />
          )}
          <span class="muted">{shownMs(outcome.ms)}</span>
        </p>
        {outcome.contents.map((content, index) => (
          <ContentView key={index} content={content} readPath={readPath} />
        ))}
        {outcome.contents.length === 0 && !outcome.structured && <p class="muted">It gave nothing back.</p>}
        {outcome.structured && (
          <div>
            <h3>Structured</h3>
            <ContentView content={outcome.structured} readPath={readPath} />
          </div>
        )}
      </div>
      <details class="raw">
        <summary>All of it, as JSON</summary>
        <Source text={outcome.json} label="The result as JSON" />
      </details>
    </section>
  );
};
