import type { ComponentChildren } from "preact";
import type { Refused } from "#views/components/form.tsx";

type Common = {
  name: string;
  label: string;
  /** Where two forms of a page have a field of the same name. */
  id?: string;
  hint?: ComponentChildren;
  refused?: Refused | undefined;
};

type InputProps = Common & {
  type?: "text" | "email" | "password" | "url" | "search" | "number";
  /** What was typed before the form was refused. Passwords and secrets are never sent back. */
  value?: string;
  autoComplete?: string;
  isOptional?: boolean;
  isFocused?: boolean;
  maxLength?: number;
  minLength?: number;
  placeholder?: string;
  isCode?: boolean;
};

export const Field = ({
  isOptional = false,
  isFocused = false,
  isCode = false,
  type = "text",
  ...field
}: InputProps) => {
  // Preact knows an input's attributes by its type, and this one's may be any of several.
  const attributes: Record<string, string | number | boolean | undefined> = {
    type,
    name: field.name,
    value: type === "password" ? undefined : field.value,
    autoComplete: field.autoComplete ?? "off",
    required: !isOptional,
    maxLength: field.maxLength,
    minLength: field.minLength,
    placeholder: field.placeholder,
    class: isCode ? "mono" : undefined,
    spellcheck: isCode || type === "email" ? false : undefined,
  };
  return (
    <Labelled {...field} isOptional={isOptional}>
      {(described) => (
        <input
          {...attributes}
          {...described}
          autofocus={isFocused || described["aria-invalid"] !== undefined}
        />
      )}
    </Labelled>
  );
};

type AreaProps = Common & {
  value?: string;
  rows?: number;
  isOptional?: boolean;
  isCode?: boolean;
  placeholder?: string;
};

export const TextArea = ({
  value,
  rows = 4,
  isOptional = false,
  isCode = false,
  placeholder,
  ...field
}: AreaProps) => (
  <Labelled {...field} isOptional={isOptional}>
    {(described) => (
      <textarea
        {...described}
        name={field.name}
        rows={rows}
        required={!isOptional}
        value={value}
        placeholder={placeholder}
        class={isCode ? "mono" : undefined}
        spellcheck={isCode ? false : undefined}
      />
    )}
  </Labelled>
);

export type Option = { value: string; label: string };

export const Select = ({ options, value, ...field }: Common & { options: Option[]; value?: string }) => (
  <Labelled {...field}>
    {(described) => (
      <select {...described} name={field.name} value={value}>
        {options.map((option) => (
          <option key={option.value} value={option.value} selected={option.value === value}>
            {option.label}
          </option>
        ))}
      </select>
    )}
  </Labelled>
);

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
            {choice.label} {choice.code && <code class="muted">{choice.code}</code>}
            {choice.hint && <span class="hint">{choice.hint}</span>}
          </span>
        </label>
      ))}
    </fieldset>
  );
};

type Described = { id: string; "aria-describedby": string | undefined; "aria-invalid": "true" | undefined };

const Labelled = ({
  name,
  label,
  id = name,
  hint,
  refused,
  isOptional = false,
  children,
}: Common & { isOptional?: boolean; children: (described: Described) => ComponentChildren }) => {
  const error = refused?.fields[name];
  return (
    <div class={error ? "field field-refused" : "field"}>
      <label for={id}>
        {label} {isOptional && <span class="optional">optional</span>}
      </label>
      {children({
        id,
        "aria-describedby": describedBy(id, hint, error),
        "aria-invalid": error ? "true" : undefined,
      })}
      <Notes id={id} hint={hint} error={error} />
    </div>
  );
};

const Notes = ({ id, hint, error }: { id: string; hint: ComponentChildren; error: string | undefined }) => (
  <>
    {error && (
      <p class="field-error" id={`${id}-error`}>
        {error}
      </p>
    )}
    {hint && (
      <p class="hint" id={`${id}-hint`}>
        {hint}
      </p>
    )}
  </>
);

const describedBy = (id: string, hint: ComponentChildren, error: string | undefined): string | undefined =>
  [error && `${id}-error`, hint && `${id}-hint`].filter(Boolean).join(" ") || undefined;
