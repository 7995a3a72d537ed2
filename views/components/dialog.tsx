import type { ComponentChildren } from "preact";
import { Button, Form } from "#views/components/form.tsx";
import { Message } from "#views/components/text.tsx";

export type DialogProps = {
  /** Unique on the page. */
  id: string;
  /** On the button that opens it. */
  label: string;
  /** For whoever cannot see what the button stands beside, such as `Remove Bob`. Begins like `label`. */
  fullLabel?: string;
  title: string;
  action: string;
  /** What happens, on the button that does it. */
  verb: string;
  /** On the button that does nothing. */
  keep?: string;
  tone: "primary" | "danger";
  /** How loud the button is that opens it. */
  opener?: "plain" | "quiet" | "warning";
  navigates?: boolean;
  /** What stands in the form, before its buttons. */
  children: ComponentChildren;
};

/** A form of few fields, over the page. It opens, and closes by Escape, without script. */
export const Dialog = ({
  id,
  label,
  fullLabel,
  title,
  action,
  verb,
  keep = "Cancel",
  tone,
  opener = "quiet",
  navigates = false,
  children,
}: DialogProps) => (
  <>
    <button type="button" class={`button button-${opener}`} popoverTarget={id} aria-label={fullLabel}>
      {label}
    </button>
    <div id={id} class="dialog" popover="auto" role="dialog" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>
        <Message>{title}</Message>
      </h2>
      <Form action={action} class="dialog-form" navigates={navigates}>
        {children}
        <div class="dialog-actions">
          <button type="button" class="button" popoverTarget={id} popoverTargetAction="hide">
            {keep}
          </button>
          <Button tone={tone}>{verb}</Button>
        </div>
      </Form>
    </div>
  </>
);
