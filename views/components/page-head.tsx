import type { ComponentChildren } from "preact";

/** The page's heading, with a line about it and what can be done here. */
export const PageHead = ({
  title,
  lead,
  children,
}: {
  title: ComponentChildren;
  lead?: ComponentChildren;
  children?: ComponentChildren;
}) => (
  <header class="page-head">
    <div>
      <h1>{title}</h1>
      {lead && <p class="lead">{lead}</p>}
    </div>
    {children && <div class="page-actions">{children}</div>}
  </header>
);
