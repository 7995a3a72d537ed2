import type { OAuthDiscovery } from "#src/services/oauth-discovery.ts";
import type { WorkspaceMember } from "#src/services/members.ts";
import { Choices } from "#views/components/choices.tsx";
import { Field } from "#views/components/field.tsx";
import { Button, Form, type Refused } from "#views/components/form.tsx";
import { Text } from "#views/components/text.tsx";
import type { Shell } from "#views/layout.tsx";
import { Busy } from "#views/servers/busy.tsx";
import { shownMs } from "#views/servers/duration.ts";
import { Findings } from "#views/servers/new/findings.tsx";
import { NewServerLayout } from "#views/servers/new/ways.tsx";
import { accessChoices } from "#views/servers/settings/access.tsx";

type Props = {
  shell: Shell;
  path: string;
  url: string;
  /** Null where the look failed; `failure` says why. */
  found: OAuthDiscovery | null;
  failure: string | null;
  /** How long the look took. */
  ms: number;
  name: string;
  /** Whom to choose from; null for whoever may not. */
  people: WorkspaceMember[] | null;
  typed: (name: string) => string | undefined;
  chosen: string[];
  refused: Refused;
};

export const FoundPage = (props: Props) => {
  const { shell, path, url, found, failure, ms, refused, typed } = props;
  return (
    <NewServerLayout shell={shell} path={path} way="url">
      <section class="card" aria-labelledby="found-title">
        <div class="section-head">
          <h2 id="found-title">What we found</h2>
          {found && <span class="muted">{shownMs(ms)}</span>}
        </div>
        <p class="mono muted">
          <Text>{url}</Text> · <a href={`${path}/new?url=${encodeURIComponent(url)}`}>Change</a>
        </p>
        {found ? <Findings found={found} /> : <Failed failure={failure ?? ""} />}
      </section>
      <Form action={path} class="form found-form" refused={refused}>
        <input type="hidden" name="url" value={url} />
        <Field
          name="name"
          label="Name"
          value={typed("name") ?? props.name}
          maxLength={80}
          refused={refused}
          hint="As everybody here will see it."
        />
        {found?.authType === "api_key" && <KeyFields refused={refused} typed={typed} />}
        {props.people && <WhoMayUseIt people={props.people} typed={typed} chosen={props.chosen} />}
        <p class="form-actions">
          <Button tone="primary" name="next" value="connect">
            {found ? "Add and connect" : "Add it all the same"}
          </Button>
          {found && (
            <Button name="next" value="add">
              Only add
            </Button>
          )}
          <Busy words="Adding the server…" />
        </p>
      </Form>
    </NewServerLayout>
  );
};

const Failed = ({ failure }: { failure: string }) => (
  <>
    <p role="alert" class="look-failed">
      <Text>{failure}</Text>
    </p>
    <p>
      Look whether the URL is right: it is the one that the server’s documentation names for MCP, which often
      ends with <code>/mcp</code> or <code>/sse</code>. If it is right, the server may be down: it can be
      added now and set up later.
    </p>
  </>
);

type Typed = Pick<Props, "typed">;

const KeyFields = ({ refused, typed }: Typed & { refused: Refused }) => (
  <>
    <div class="inline-form">
      <Field
        name="header.name"
        label="Header"
        value={typed("header.name") ?? "Authorization"}
        maxLength={64}
        isCode
        refused={refused}
      />
      <Field
        name="header.prefix"
        label="Before the key"
        value={typed("header.prefix") ?? "Bearer"}
        maxLength={31}
        isCode
        isOptional
        refused={refused}
      />
    </div>
    <Field
      name="secret"
      label="Your key"
      type="password"
      isOptional
      refused={refused}
      hint="Tried, then kept sealed, for your calls alone. Everybody else gives their own."
    />
  </>
);

type WhoProps = Typed & { people: WorkspaceMember[]; chosen: string[] };

const WhoMayUseIt = ({ people, typed, chosen }: WhoProps) => (
  <>
    <Choices
      kind="radio"
      name="access"
      label="Who may use it"
      choices={accessChoices}
      chosen={[typed("access") ?? "everyone"]}
    />
    <div class="only-restricted">
      <Choices
        kind="checkbox"
        name="memberIds"
        label="Chosen members"
        choices={people.map(({ id, name, email }) => ({ value: String(id), label: name, hint: email }))}
        chosen={chosen}
      />
    </div>
  </>
);
