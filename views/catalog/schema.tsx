import { describe } from "#src/lib/json-schema-form.ts";
import { Source } from "#views/catalog/content-view.tsx";
import type { Json } from "#views/catalog/said.ts";
import { Short } from "#views/components/short.tsx";
import { LongText, Text } from "#views/components/text.tsx";

/** A schema to be read: what there is, of which kind, and what the server says of it. */
type Props = {
  schema: Json;
  caption: string;
  /** What there is to say where the schema names nothing. */
  empty: string;
};

export const SchemaView = ({ schema, caption, empty }: Props) => {
  const rows = describe(schema);
  return (
    <>
      {rows.length === 0 ? (
        <p class="muted">{empty}</p>
      ) : (
        <dl class="schema" aria-label={caption}>
          {rows.map((row) => (
            <div key={row.path}>
              <dt>
                <code>
                  <Short>{row.path}</Short>
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
