import type { ClientSnippet } from "#src/lib/client-snippets.ts";
import { CopyButton } from "#views/components/copy-button.tsx";
import { Icon } from "#views/components/icon.tsx";

/** For whoever wants the server in a program of their own: each connects there by itself. */
export const Snippets = ({ snippets }: { snippets: ClientSnippet[] }) => (
  <section class="section" aria-labelledby="snippets-title">
    <h2 id="snippets-title">Use it in a client</h2>
    <p class="lead">The client signs in by itself. No key and no token of yours stands in here.</p>
    <div class="snippets">
      {snippets.map((snippet) => (
        <details key={snippet.id} class="snippet" name="snippet">
          <summary>
            <span>{snippet.client}</span> <small class="muted">{snippet.where}</small>
            <Icon name="chevron" />
          </summary>
          <div class="snippet-body">
            <pre id={`snippet-${snippet.id}`} tabIndex={0} aria-label={`For ${snippet.client}`}>
              {snippet.text}
            </pre>
            <p class="snippet-actions">
              <CopyButton of={`snippet-${snippet.id}`} />
              {snippet.link && (
                <a class="button" href={snippet.link}>
                  Open in {snippet.client}
                </a>
              )}
            </p>
          </div>
        </details>
      ))}
    </div>
  </section>
);
