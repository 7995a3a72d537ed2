import type { ComponentChildren } from "preact";
import { Text } from "#views/components/text.tsx";

/** Where a link that came from outside may lead: http, https, mailto, or a path of ours. Undefined for all else. */
export function safeHref(text: string): string | undefined {
  if (text.startsWith("/") && !/^\/[/\\]/.test(text) && !/[\s\p{Cc}\\]/u.test(text)) return text;
  const url = URL.parse(text);
  return url && ["http:", "https:", "mailto:"].includes(url.protocol) ? url.href : undefined;
}

/** A link that somebody else chose. Where it may lead nowhere, its words alone are left. */
export const OutsideLink = ({ href, children }: { href: string; children?: ComponentChildren }) => {
  const safe = safeHref(href);
  const words = children ?? <Text>{href}</Text>;
  if (safe === undefined) return <span>{words}</span>;
  return (
    <a href={safe} rel="noopener noreferrer nofollow" target="_blank">
      {words}
    </a>
  );
};
