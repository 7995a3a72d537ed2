import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "#views/components/icon.tsx";

type Tone = "info" | "ok" | "warn" | "bad";
const icons: Record<Tone, IconName> = { info: "activity", ok: "check", warn: "warning", bad: "warning" };

/** One thing that the whole page is about. What just went wrong is announced; the rest waits to be read. */
export const Banner = ({ tone, children }: { tone: Tone; children: ComponentChildren }) => (
  <div class={`banner banner-${tone}`} role={tone === "bad" ? "alert" : undefined}>
    <Icon name={icons[tone]} />
    <div>{children}</div>
  </div>
);
