import type { ComponentChildren } from "preact";
import { Banner } from "#views/components/banner.tsx";
import { RequestId } from "#views/components/request-id.tsx";
import { Message } from "#views/components/text.tsx";

/** Why a form was refused: what `attempt` of `http/page-refusal.ts` gives. */
export type Refused = { message: string | null; fields: Record<string, string>; requestId: string } | null;

/**
 * The answer to every form is a page, reached by a redirect where it went well. With script only the part with this id
 * is put in place, and what the page says once; without, the browser shows the whole.
 */
export const swap = (part: string) => ({
  "hx-target": `#${part}`,
  "hx-select": `#${part}`,
  "hx-select-oob": "#live:innerHTML",
  "hx-swap": "outerHTML",
});

type Props = {
  action: string;
  id?: string;
  class?: string;
  /** True where the answer is another layout or another site: then the browser goes there by itself. */
  navigates?: boolean;
  refused?: Refused;
  label?: string;
  children: ComponentChildren;
};

export const Form = ({
  action,
  id,
  class: className = "form",
  navigates = false,
  refused,
  label,
  children,
}: Props) => (
  <form
    method="post"
    action={action}
    id={id}
    class={className}
    aria-label={label}
    {...(navigates
      ? {}
      : { "hx-post": action, "hx-disable": "findAll button[type=submit]", ...swap("main") })}
  >
    {refused?.message && (
      <Banner tone="bad">
        <p>
          <Message>{refused.message}</Message>
        </p>
        <RequestId id={refused.requestId} />
      </Banner>
    )}
    {children}
    {refused && !refused.message && <RequestId id={refused.requestId} />}
  </form>
);

type FilterProps = {
  action: string;
  label: string;
  /** The id of what the filters narrow; the fields themselves stay as they are while somebody types. */
  results: string;
  children: ComponentChildren;
};

/** Narrows a list as it is filled in. Its state is the URL, so it can be kept, sent and gone back to. */
export const FilterForm = ({ action, label, results, children }: FilterProps) => (
  <form
    method="get"
    action={action}
    class="filters"
    role="search"
    aria-label={label}
    hx-get={action}
    hx-trigger="submit, change, input delay:250ms target:[type=search]"
    hx-sync="this:replace"
    hx-replace-url="true"
    {...swap(results)}
  >
    {children}
  </form>
);

export const Button = ({
  tone = "plain",
  children,
  ...rest
}: {
  tone?: "plain" | "primary" | "danger" | "quiet";
  name?: string;
  value?: string;
  id?: string;
  "aria-label"?: string;
  children: ComponentChildren;
}) => (
  <button type="submit" class={`button button-${tone}`} {...rest}>
    {children}
  </button>
);
