import { describe } from "#src/lib/json-schema-form.ts";
import { Source } from "#views/catalog/content-view.tsx";
import type { Json } from "#views/catalog/said.ts";
import { LongText, Text } from "#views/components/text.tsx";

/** A schema to be read: what there is, of which kind, and what the server says of it. */
export const SchemaView = ({ schema, caption }: { schema: Json; caption: string }) => {
  const rows = describe(schema);
  return (
    <>
      {rows.length === 0 ? (
        <p class="muted">It says nothing of what is in it.</p>
      ) : (
        <dl class="schema" aria-label={caption}>
          {rows.map((row) => (
            <div key={row.path}>
              <dt>
                <code>
                  <Text>{row.path}</Text>
                </code>{" "}
                {row.isRequired && <span class="needed">needed</span>}
              </dt>
              <dd>
                <span class="muted">
                  <Text>{row.type}</Text>
                </span>
                {row.description && <LongText limit={240}>{row.description}</LongText>}
              </dd>
            </div>
          ))}
        </dl>
      )}
      <details class="raw">
        <summary>As JSON Schema</summary>
        <Source text={JSON.stringify(schema, null, 2)} label={`${caption}, as JSON Schema`} />
      </details>
    </>
  );
};
