import type { Content } from "#views/catalog/content.ts";
import { ContentView } from "#views/catalog/content-view.tsx";
import { type Asked, Questions } from "#views/catalog/questions.tsx";
import { SaidText } from "#views/catalog/said-text.tsx";
import type { Prompt } from "#views/catalog/said.ts";
import { Field } from "#views/components/field.tsx";
import { Button, Form, type Refused } from "#views/components/form.tsx";
import { Badge } from "#views/components/badge.tsx";
import { Short, shortened, Whole } from "#views/components/short.tsx";
import { Text } from "#views/components/text.tsx";
import { Busy } from "#views/servers/busy.tsx";
import { type ServerFrame, ServerLayout } from "#views/servers/layout.tsx";
import { pathWith, serverPath } from "#views/servers/paths.ts";
import { type Trouble, TroubleNote } from "#views/servers/trouble.tsx";

/** What a filled-in prompt comes to. */
export type PromptResult = {
  description: string | null;
  messages: { role: string; contents: Content[] }[];
};

type Props = ServerFrame & {
  prompt: Prompt | null;
  typed: (argument: string) => string;
  refused: Refused;
  trouble: Trouble | null;
  /** What the server wants to know before it fills the prompt in. */
  asked: Asked | null;
  result: PromptResult | null;
};

/** The name of the field for an argument. */
export const fieldOf = (argument: string): string => `arg/${argument}`;

export const PromptPage = ({ prompt, typed, refused, trouble, asked, result, ...frame }: Props) => {
  const list = serverPath(frame.server, "prompts");
  const here = prompt ? pathWith(`${list}/get`, { name: prompt.name }) : list;
  return (
    <ServerLayout {...frame} tab="prompts" title={prompt ? shortened(prompt.name) : "Prompt"}>
      <a class="back" href={list}>
        All prompts
      </a>
      {prompt && (
        <div class="tool-head">
          <h2>
            <code>
              <Short>{prompt.name}</Short>
            </code>
          </h2>
          <Whole of={[prompt.name]} />
          {prompt.description && <SaidText text={prompt.description} within="page" />}
        </div>
      )}
      {trouble && <TroubleNote {...frame} trouble={trouble} here={here} />}
      {asked && <Questions by="prompt" action={here} asked={asked} refused={refused} />}
      {prompt && !asked && <FillIn prompt={prompt} typed={typed} refused={refused} here={here} />}
      {result && <Messages result={result} readPath={(uri) => readPathOf(frame, uri)} />}
    </ServerLayout>
  );
};

type FillInProps = Pick<Props, "typed" | "refused"> & { prompt: Prompt; here: string };

const FillIn = ({ prompt, typed, refused, here }: FillInProps) => (
  <Form action={here} class="form card try" refused={refused} label={`Fill in ${shortened(prompt.name)}`}>
    {prompt.arguments.length === 0 && <p class="muted">It takes nothing.</p>}
    {prompt.arguments.map((argument, index) => (
      <Field
        key={argument.name}
        id={`argument-${index}`}
        name={fieldOf(argument.name)}
        label={shortened(argument.title ?? argument.name)}
        hint={argument.description && <Text>{argument.description.slice(0, 400).toWellFormed()}</Text>}
        value={typed(argument.name)}
        isOptional={!argument.isRequired}
        refused={refused}
      />
    ))}
    <p class="form-actions">
      <Button tone="primary">Get prompt</Button>
      <Busy words="Asking the server…" />
    </p>
  </Form>
);

const readPathOf = ({ server }: ServerFrame, uri: string): string =>
  pathWith(`${serverPath(server, "resources")}/read`, { uri });

const Messages = ({ result, readPath }: { result: PromptResult; readPath: (uri: string) => string }) => (
  <section class="section outcome" aria-labelledby="messages-title">
    <h2 id="messages-title" tabIndex={-1} autofocus>
      Messages
    </h2>
    {result.description && <SaidText text={result.description} within="page" />}
    <ol class="messages">
      {result.messages.map(({ role, contents }, index) => (
        <li key={index} class="card">
          <Badge tone={role === "user" ? "accent" : "off"}>
            <Text>{role.slice(0, 40)}</Text>
          </Badge>
          {contents.map((content, part) => (
            <ContentView key={part} content={content} readPath={readPath} />
          ))}
        </li>
      ))}
    </ol>
    {result.messages.length === 0 && <p class="muted">It came back empty.</p>}
  </section>
);
