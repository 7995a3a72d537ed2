import type { ImportedServer } from "#src/lib/mcp-json.ts";
import { Badge } from "#views/components/badge.tsx";
import { TextArea } from "#views/components/field.tsx";
import { Button, Form, type Refused } from "#views/components/form.tsx";
import { Text } from "#views/components/text.tsx";
import type { Shell } from "#views/layout.tsx";
import { Busy, BusyWords } from "#views/servers/busy.tsx";
import { NewServerLayout } from "#views/servers/new/ways.tsx";

type PasteProps = { shell: Shell; path: string; pasted: string; refused: Refused };

const example = `{
  "mcpServers": {
    "linear": { "url": "https://mcp.linear.app/mcp" }
  }
}`;

export const PastePage = ({ shell, path, pasted, refused }: PasteProps) => (
  <NewServerLayout
    shell={shell}
    path={path}
    way="import"
    lead="Paste the file in which Claude, Cursor or VS Code keeps its servers, or a part of it."
  >
    <Form action={`${path}/import`} class="form paste" refused={refused}>
      <TextArea
        name="json"
        label="mcp.json"
        rows={12}
        value={pasted}
        placeholder={example}
        isCode
        refused={refused}
        hint="Keys and tokens in it are read over: they are neither kept nor sent anywhere."
      />
      <Button tone="primary">Read it</Button>
    </Form>
  </NewServerLayout>
);

/** A server that was read; `value` is all of it that is sent on. */
export type Found = {
  index: number;
  server: ImportedServer;
  name: string;
  value: string;
  isPresent: boolean;
};

type PickProps = { shell: Shell; path: string; found: Found[] };

/** What was read, to choose from. Only names and addresses travel on with the form. */
export const PickPage = ({ shell, path, found }: PickProps) => (
  <NewServerLayout shell={shell} path={path} way="import">
    <Form action={`${path}/import/add`} class="form picks">
      <fieldset class="field">
        <legend>Which of them?</legend>
        <ul class="catalog">
          {found.map((one) => (
            <FoundItem key={one.index} found={one} />
          ))}
        </ul>
      </fieldset>
      <p class="form-actions">
        <Button tone="primary">Add the chosen ones</Button>
        <a class="button" href={`${path}/import`}>
          Paste another
        </a>
        <Busy words="Looking at each…" wordsId="adding" />
      </p>
    </Form>
  </NewServerLayout>
);

/** How many of the chosen ones are added by now. */
export const Adding = ({ done, of }: { done: number; of: number }) => (
  <BusyWords id="adding" outOfBand>
    {`Looking at each: ${done} of ${of} done…`}
  </BusyWords>
);

const FoundItem = ({ found: { index, server, name, value, isPresent } }: { found: Found }) => (
  <li class="catalog-item">
    <label class="choice">
      <input
        type="checkbox"
        name="server"
        value={value}
        checked={server.url !== null && !isPresent && !server.hasSecretInUrl}
        disabled={server.url === null || isPresent}
        aria-describedby={`pick-${index}`}
      />
      <span>
        <strong>
          <Text>{name}</Text>
        </strong>
        {server.url && (
          <span class="mono muted pick-url">
            {" "}
            <Text>{server.url}</Text>
          </span>
        )}
      </span>
    </label>
    <div id={`pick-${index}`} class="pick-notes">
      {isPresent && <p class="hint">This workspace has it already.</p>}
      {server.problem && <p class="hint">{server.problem}</p>}
      {server.hasSecretInUrl && (
        <p class="field-error">
          Its URL carries what looks like a secret, and everybody who may use the server reads its URL.
        </p>
      )}
      {server.notKept.length > 0 && (
        <p class="hint">
          <Badge tone="warn">not kept</Badge> <Text>{server.notKept.join(", ").slice(0, 300)}</Text>
          {server.header && ". Enter your key when you connect."}
        </p>
      )}
    </div>
  </li>
);
