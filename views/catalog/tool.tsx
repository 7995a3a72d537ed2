import { fieldsOf, type FormField } from "#src/lib/json-schema-form.ts";
import { ArgumentFields, type TypedArguments } from "#views/catalog/argument-fields.tsx";
import { Claims } from "#views/catalog/claims.tsx";
import { type Asked, Questions } from "#views/catalog/questions.tsx";
import { type Outcome, ToolOutcome } from "#views/catalog/outcome.tsx";
import { RunTicket } from "#views/catalog/run-ticket.tsx";
import { SaidText } from "#views/catalog/said-text.tsx";
import type { Tool } from "#views/catalog/said.ts";
import { SchemaView } from "#views/catalog/schema.tsx";
import { Banner } from "#views/components/banner.tsx";
import { TextArea } from "#views/components/field.tsx";
import { Button, Form, type Refused } from "#views/components/form.tsx";
import { Short, shortened, Whole } from "#views/components/short.tsx";
import { Busy } from "#views/servers/busy.tsx";
import { type ServerFrame, ServerLayout } from "#views/servers/layout.tsx";
import { pathWith, serverPath } from "#views/servers/paths.ts";
import { type Trouble, TroubleNote } from "#views/servers/trouble.tsx";

export type ToolCall = {
  /** Null where no form can say what the tool takes: then it is written as JSON. */
  fields: FormField[] | null;
  as: "form" | "json";
  /** It was just shown the other way: whoever pressed goes on from there. */
  isSwitched: boolean;
  typed: TypedArguments;
  json: string;
  /** What the form is sent by, once. */
  ticket: string;
  refused: Refused;
  /** What kept the tool from answering. */
  trouble: Trouble | null;
  outcome: Outcome | null;
  /** What is shown answers what was sent before; the tool was not called again. */
  isRepeat: boolean;
  /** What the tool wants to know before it goes on. */
  asked: Asked | null;
};

/** Without the tool where the server could not be asked for it; `trouble` says why. */
type Props = ServerFrame & { tool: Tool | null; call: ToolCall | null; trouble: Trouble | null };

export const ToolPage = ({ tool, call, trouble, ...frame }: Props) => {
  const list = serverPath(frame.server, "tools");
  const here = tool ? callPath(list, tool, call?.as ?? "form") : list;
  return (
    <ServerLayout {...frame} tab="tools" title={tool ? shortened(tool.name) : "Tool"}>
      <a class="back" href={list}>
        All tools
      </a>
      {tool && <ToolHead tool={tool} />}
      {trouble && <TroubleNote {...frame} trouble={trouble} here={here} />}
      {call?.isRepeat && (
        <Banner tone="info">
          This form was sent more than once. The tool was not called again: this is what came of the first
          time.
        </Banner>
      )}
      {call?.asked && (
        <Questions by="tool" action={here} asked={call.asked} refused={call.refused} ticket={call.ticket} />
      )}
      {tool && call && !call.asked && <TryIt tool={tool} call={call} list={list} mayCall={frame.mayWrite} />}
      {call?.outcome && <ToolOutcome outcome={call.outcome} server={frame.server} />}
      {tool && <Schemas tool={tool} />}
    </ServerLayout>
  );
};

const callPath = (list: string, { name }: Tool, as: ToolCall["as"]): string =>
  pathWith(`${list}/call`, { name, as: as === "json" ? "json" : null });

const ToolHead = ({ tool }: { tool: Tool }) => (
  <div class="tool-head">
    <h2>
      <code>
        <Short>{tool.name}</Short>
      </code>
      {tool.title && (
        <span class="muted">
          {" "}
          <Short>{tool.title}</Short>
        </span>
      )}
    </h2>
    <Whole of={[tool.name, tool.title]} />
    <Claims claims={tool.claims} />
    {tool.description && <SaidText text={tool.description} within="page" />}
  </div>
);

type TryProps = { tool: Tool; call: ToolCall; list: string; mayCall: boolean };

const TryIt = ({ tool, call, list, mayCall }: TryProps) => {
  if (!mayCall)
    return (
      <section class="section" aria-labelledby="try-title">
        <h2 id="try-title">Try it</h2>
        <p class="muted">Viewers look and call nothing. Ask an admin of the workspace for another role.</p>
      </section>
    );
  const here = callPath(list, tool, call.as);
  return (
    <section class="section" aria-labelledby="try-title">
      <Form action={here} class="try-form" refused={call.refused} label={`Try ${shortened(tool.name)}`}>
        <RunTicket ticket={call.ticket} />
        <div class="section-head">
          <h2 id="try-title">Try it</h2>
          {call.fields && call.fields.length > 0 && <Switch call={call} />}
        </div>
        <div class="form card try">
          <Arguments call={call} />
          <p class="form-actions">
            <Button tone="primary">Run</Button>
            <Busy words="The tool runs…" />
          </p>
        </div>
      </Form>
    </section>
  );
};

const shapes = [
  { shape: "form", label: "Form" },
  { shape: "json", label: "JSON" },
] as const;

/** Shows the arguments the other way. They are sent along, so that nothing that was typed is lost. */
const Switch = ({ call: { as, isSwitched } }: { call: ToolCall }) => (
  <>
    {/* Enter in a field presses the first button of its form, which has to be the one that runs. */}
    <button type="submit" class="unseen" tabIndex={-1} aria-hidden="true" />
    <div class="switch" role="group" aria-label="How to write the arguments">
      {shapes.map(({ shape, label }) => (
        <button
          key={shape}
          type="submit"
          name="show"
          value={shape}
          formNoValidate
          aria-pressed={as === shape}
          autofocus={isSwitched && as === shape}
        >
          {label}
        </button>
      ))}
    </div>
  </>
);

const Arguments = ({ call }: { call: ToolCall }) => {
  if (call.as === "json" || call.fields === null)
    return (
      <TextArea
        name="json"
        label="Arguments, as JSON"
        rows={8}
        value={call.json}
        isCode
        refused={call.refused}
      />
    );
  if (call.fields.length === 0) return <p class="muted">It takes nothing.</p>;
  return <ArgumentFields fields={call.fields} typed={call.typed} refused={call.refused} id="argument" />;
};

const Schemas = ({ tool }: { tool: Tool }) => (
  <>
    <section class="section" aria-labelledby="takes-title">
      <h2 id="takes-title">What it takes</h2>
      <SchemaView
        schema={tool.input}
        caption="What it takes"
        empty={
          fieldsOf(tool.input, "")?.length === 0 ? "It takes nothing." : "It does not say what it takes."
        }
      />
    </section>
    {tool.output !== null && (
      <section class="section" aria-labelledby="gives-title">
        <h2 id="gives-title">What it gives</h2>
        <SchemaView schema={tool.output} caption="What it gives" empty="It says nothing of what is in it." />
      </section>
    )}
  </>
);
