import type { ComponentChildren } from "preact";
import type { FormField, Input } from "#src/lib/json-schema-form.ts";
import { visibleText } from "#src/lib/text.ts";
import { Choices } from "#views/components/choices.tsx";
import { Field, Select, TextArea } from "#views/components/field.tsx";
import type { Refused } from "#views/components/form.tsx";

/** What stood in a field when the form was sent; null before that. */
export type TypedArguments = ((name: string) => string[]) | null;

type Props = {
  fields: FormField[];
  typed: TypedArguments;
  refused: Refused;
  /** Begins the fields' ids, which cannot be made of what a server says. */
  id: string;
};

const maxLabelChars = 80;
const maxHintChars = 240;

/** Fields for an object. Labels and hints are the server's own words. */
export const ArgumentFields = ({ fields, typed, refused, id }: Props) => (
  <>
    {fields.map((field, index) => (
      <ArgumentField
        key={field.name}
        field={field}
        values={typed ? typed(field.name) : field.initial}
        typed={typed}
        refused={refused}
        id={`${id}-${index}`}
      />
    ))}
  </>
);

type FieldProps = Omit<Props, "fields"> & { field: FormField; values: string[] };

const ArgumentField = ({ field, values, typed, refused, id }: FieldProps) => {
  const { input, isRequired } = field;
  const [value = ""] = values;
  const common = {
    id,
    name: field.name,
    label: shortened(field.label, maxLabelChars),
    hint: hintOf(field),
    refused,
  };
  switch (input.kind) {
    case "text":
      return input.isLong || value.includes("\n") ? (
        <TextArea {...common} value={value} rows={3} isOptional={!isRequired} />
      ) : (
        <Field {...common} type={typeFor(input, value)} value={value} isOptional={!isRequired} />
      );
    case "number":
      return <Field {...common} value={value} isOptional={!isRequired} />;
    case "boolean":
      return (
        <Select
          {...common}
          value={value}
          isOptional={!isRequired}
          options={[nothing(isRequired), { value: "true", label: "Yes" }, { value: "false", label: "No" }]}
        />
      );
    case "choice":
      return (
        <Select
          {...common}
          value={value}
          isOptional={!isRequired}
          options={[
            nothing(isRequired),
            ...input.choices.map(({ label }, index) => ({
              value: String(index),
              label: shortened(label, maxLabelChars),
            })),
          ]}
        />
      );
    case "choices":
      return (
        <Choices
          {...common}
          kind="checkbox"
          choices={input.choices.map(({ label }, index) => ({
            value: String(index),
            label: shortened(label, maxLabelChars),
          }))}
          chosen={values}
        />
      );
    case "lines":
      return <TextArea {...common} value={value} rows={3} isOptional={!isRequired} />;
    case "json":
      return <TextArea {...common} value={value} rows={3} isOptional={!isRequired} isCode />;
    case "group":
      return (
        <fieldset class="field argument-group">
          <legend>{common.label}</legend>
          {common.hint && <p class="hint">{common.hint}</p>}
          <ArgumentFields fields={input.fields} typed={typed} refused={refused} id={id} />
        </fieldset>
      );
  }
};

/** A browser's own field for dates shows nothing but dates: what is none stays to be seen and mended. */
const typeFor = ({ format }: { format: string | null }, value: string): "text" | "date" =>
  format === "date" && (value === "" || /^\d{4}-\d{2}-\d{2}$/.test(value)) ? "date" : "text";

const nothing = (isRequired: boolean) => ({ value: "", label: isRequired ? "Choose…" : "Leave it out" });

function hintOf({ description, input }: FormField): ComponentChildren {
  const words = [description && shortened(description, maxHintChars), rulesOf(input)].filter(Boolean);
  return words.length === 0 ? undefined : words.join(" · ");
}

/** What is to be typed, as far as the field's own look does not say it. */
function rulesOf(input: Input): string {
  switch (input.kind) {
    case "number":
      return `${input.isInteger ? "a whole number" : "a number"}${rangeOf(input)}`;
    case "lines":
      return input.of === "string" ? "one per line" : "numbers, one per line";
    case "json":
      return "as JSON";
    case "text":
      return input.format && input.format !== "date" ? shortened(input.format, 40) : "";
    default:
      return "";
  }
}

function rangeOf({ minimum, maximum }: { minimum: number | null; maximum: number | null }): string {
  if (minimum !== null && maximum !== null) return ` from ${minimum} to ${maximum}`;
  if (minimum !== null) return `, at least ${minimum}`;
  return maximum === null ? "" : `, at most ${maximum}`;
}

function shortened(text: string, chars: number): string {
  const line = visibleText(text.slice(0, chars * 4)).replaceAll(/\s+/g, " ");
  return line.length > chars ? `${line.slice(0, chars).toWellFormed()}…` : line;
}
