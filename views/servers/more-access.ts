import type { WatchedServer } from "#src/services/servers/index.ts";

const mostNamed = 5;

/** What a server asks for by name, so that nobody has to say yes to they know not what. */
export function moreAccessWords({ name, wantedScopes }: WatchedServer): string {
  if (wantedScopes.length === 0) return `${name} asks for more access than you gave.`;
  const named = wantedScopes.slice(0, mostNamed).join(", ").slice(0, 300);
  const more = wantedScopes.length > mostNamed ? " and more" : "";
  return `${name} asks for more access than you gave: ${named}${more}.`;
}
