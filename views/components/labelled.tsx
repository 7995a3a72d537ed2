import type { ComponentChildren } from "preact";
import type { Refused } from "#views/components/form.tsx";
import { Message } from "#views/components/text.tsx";

/** What every field has. */
export type Common = {
  name: string;
  label: string;
  /** Where two forms of a page have a field of the same name. */
  id?: string;
  hint?: ComponentChildren;
  refused?: Refused | undefined;
};

/** What ties the control to its label, its hint and what is wrong with it. */
export type Described = {
  id: string;
  "aria-describedby": string | undefined;
  "aria-invalid": "true" | undefined;
};

export const Labelled = ({
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
        <bdi>{label}</bdi> {isOptional && <span class="optional">optional</span>}
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

export const Notes = ({
  id,
  hint,
  error,
}: {
  id: string;
  hint: ComponentChildren;
  error: string | undefined;
}) => (
  <>
    {error && (
      <p class="field-error" id={`${id}-error`}>
        <Message>{error}</Message>
      </p>
    )}
    {hint && (
      <p class="hint" id={`${id}-hint`}>
        {hint}
      </p>
    )}
  </>
);

export const describedBy = (
  id: string,
  hint: ComponentChildren,
  error: string | undefined,
): string | undefined =>
  [error && `${id}-error`, hint && `${id}-hint`].filter(Boolean).join(" ") || undefined;
