import { type Common, Labelled } from "#views/components/labelled.tsx";

type InputProps = Common & {
  type?: "text" | "email" | "password" | "search" | "number" | "date";
  /** Which keys a phone offers. An address may be typed without its scheme, which the type for URLs would refuse. */
  inputMode?: "url";
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
    inputMode: field.inputMode,
    autoCapitalize: isCode ? "none" : undefined,
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
        autofocus={described["aria-invalid"] !== undefined}
        // A page's parser takes the first line break for its own (HTML Living Standard, 13.2.6.4.7).
        value={value?.startsWith("\n") ? `\n${value}` : value}
        placeholder={placeholder}
        class={isCode ? "mono" : undefined}
        spellcheck={isCode ? false : undefined}
      />
    )}
  </Labelled>
);

export type Option = { value: string; label: string };

type SelectProps = Common & { options: Option[]; value?: string; isOptional?: boolean };

export const Select = ({ options, value, isOptional = false, ...field }: SelectProps) => (
  <Labelled {...field} isOptional={isOptional}>
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
