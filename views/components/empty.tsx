import type { ComponentChildren } from "preact";

/** Where nothing is yet: what would be here, and the one thing to do. */
export const Empty = ({ title, children }: { title: string; children?: ComponentChildren }) => (
  <div class="empty">
    <h2>{title}</h2>
    {children}
  </div>
);
