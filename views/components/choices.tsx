import type { Option } from "#views/components/field.tsx";
import { type Common, describedBy, Notes } from "#views/components/labelled.tsx";

/** `code` is what programs call it. */
type Choice = Option & { hint?: string; code?: string };
type ChoicesProps = Common & { kind: "radio" | "checkbox"; choices: Choice[]; chosen: string[] };

/** Some of several, or one of few, each with a line about what it means. */
export const Choices = ({ kind, choices, chosen, name, label, hint, refused, id = name }: ChoicesProps) => {
  const error = refused?.fields[name];
  return (
    <fieldset class="field choices" aria-describedby={describedBy(id, hint, error)}>
      <legend>{label}</legend>
      <Notes id={id} hint={hint} error={error} />
      {choices.map((choice) => (
        <label key={choice.value} class="choice">
          <input type={kind} name={name} value={choice.value} checked={chosen.includes(choice.value)} />
          <span>
            <bdi>{choice.label}</bdi> {choice.code && <code class="muted">{choice.code}</code>}
            {choice.hint && <span class="hint">{choice.hint}</span>}
          </span>
        </label>
      ))}
    </fieldset>
  );
};
