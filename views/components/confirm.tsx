import type { ComponentChildren } from "preact";
import { Button, Form } from "#views/components/form.tsx";

type Props = {
  /** Unique on the page. */
  id: string;
  /** On the button that asks, such as `Remove`. */
  label: string;
  /** For whom cannot see what the button stands beside, such as `Remove Bob`. */
  fullLabel?: string;
  /** The question, and then what it breaks. */
  title: string;
  children: ComponentChildren;
  action: string;
  /** What happens, on the button that does it. */
  verb: string;
  /** Hidden fields, or none. */
  fields?: Record<string, string>;
  navigates?: boolean;
};

/** A danger says first what it breaks. It opens, and closes by Esc, without script. */
export const Confirm = ({
  id,
  label,
  fullLabel,
  title,
  children,
  action,
  verb,
  fields = {},
  navigates = false,
}: Props) => (
  <>
    <button type="button" class="button button-quiet" popoverTarget={id} aria-label={fullLabel}>
      {label}
    </button>
    <div id={id} class="dialog" popover="auto" role="dialog" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>{title}</h2>
      {children}
      <Form action={action} class="dialog-actions" navigates={navigates}>
        {Object.entries(fields).map(([name, value]) => (
          <input key={name} type="hidden" name={name} value={value} />
        ))}
        <button type="button" class="button" popoverTarget={id} popoverTargetAction="hide">
          Keep it
        </button>
        <Button tone="danger">{verb}</Button>
      </Form>
    </div>
  </>
);
