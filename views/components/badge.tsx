import type { ComponentChildren } from "preact";

export const Badge = ({
  tone = "off",
  title,
  children,
}: {
  tone?: "off" | "ok" | "warn" | "bad" | "accent";
  title?: string;
  children: ComponentChildren;
}) => (
  <span class={`badge badge-${tone}`} title={title}>
    {children}
  </span>
);
