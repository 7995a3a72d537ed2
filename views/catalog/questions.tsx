import type { FormField } from "#src/lib/json-schema-form.ts";
import { ArgumentFields, type TypedArguments } from "#views/catalog/argument-fields.tsx";
import { RunTicket } from "#views/catalog/run-ticket.tsx";
import { SaidText } from "#views/catalog/said-text.tsx";
import { TextArea } from "#views/components/field.tsx";
import { Button, Form, type Refused } from "#views/components/form.tsx";
import { OutsideLink } from "#views/components/link.tsx";

/** One thing that a server wants to know before it answers. */
export type Question = {
  key: string;
  message: string;
  /** The field that its answer stands in, where it is written as JSON. */
  jsonName: string;
  ask:
    | { kind: "form"; fields: FormField[] }
    /** The person does something elsewhere, and says that it is done. */
    | { kind: "url"; url: string }
    /** What we have no form for. */
    | { kind: "json"; method: string };
};

/** What waits for a member’s answers. Everything it takes to go on travels with the form. */
export type Asked = {
  questions: Question[];
  typed: TypedArguments;
  /** As it came, for the answers to be read by. */
  requests: string;
  state: string | null;
  /** Of what is to go on. */
  arguments: string;
};

type Props = {
  by: "tool" | "prompt" | "resource";
  action: string;
  asked: Asked;
  refused: Refused;
  /** Of a tool alone: what only reads may be sent twice. */
  ticket?: string;
};

export const Questions = ({ by, action, asked, refused, ticket }: Props) => (
  <section class="section" aria-labelledby="questions-title">
    <h2 id="questions-title" tabIndex={-1} autofocus>
      The {by} asks you something
    </h2>
    <Form action={action} class="form card try" refused={refused}>
      <input type="hidden" name="requests" value={asked.requests} />
      <input type="hidden" name="arguments" value={asked.arguments} />
      {asked.state !== null && (
        <input type="hidden" name="requestState" value={JSON.stringify(asked.state)} />
      )}
      {ticket !== undefined && <RunTicket ticket={ticket} />}
      {asked.questions.map((question, index) => (
        <div key={question.key} class="question">
          {question.message && <SaidText text={question.message} within="page" />}
          <Ask question={question} typed={asked.typed} refused={refused} id={`question-${index}`} />
        </div>
      ))}
      {asked.questions.length === 0 && <p class="muted">It only waits for you to go on.</p>}
      <p class="form-actions">
        <Button tone="primary" name="action" value="accept">
          {asked.questions.length === 0 ? "Go on" : "Answer"}
        </Button>
        <button type="submit" class="button" name="action" value="decline" formNoValidate>
          Decline
        </button>
      </p>
    </Form>
  </section>
);

type AskProps = { question: Question; typed: TypedArguments; refused: Refused; id: string };

const Ask = ({ question, typed, refused, id }: AskProps) => {
  const { ask } = question;
  switch (ask.kind) {
    case "form":
      return <ArgumentFields fields={ask.fields} typed={typed} refused={refused} id={id} />;
    case "url":
      return (
        <p>
          It sends you to <OutsideLink href={ask.url} />. Come back and answer when you are done there.
        </p>
      );
    case "json":
      return (
        <TextArea
          id={id}
          name={question.jsonName}
          label="Your answer, as JSON"
          hint={`It asks for ${ask.method}, for which there is no form here.`}
          value={typed?.(question.jsonName)[0] ?? ""}
          isCode
          refused={refused}
        />
      );
  }
};
