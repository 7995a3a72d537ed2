import type { Scope } from "#src/services/context.ts";

/** What a key may do, in words; the scope's own name is what programs and errors say. */
export const scopes: Record<Scope, { name: string; power: string }> = {
  "apps:read": {
    name: "Look",
    power: "List servers, tools, prompts and resources, read them and test servers.",
  },
  "apps:write": { name: "Use", power: "Also add and change servers, connect to them and call their tools." },
  "apps:admin": { name: "Administer", power: "Also delete servers, manage members and read the activity." },
};

/** The widest says it all, as each implies the ones before it. */
export const widest = (granted: readonly Scope[]): Scope | undefined =>
  (["apps:admin", "apps:write", "apps:read"] as const).find((scope) => granted.includes(scope));
