const furniture = new Set(["mcp", "api", "www", "server", "remote", "app", "mcp-server"]);

/**
 * A name for a server of which only the URL is known: `https://mcp.linear.app/mcp` is Linear. A host that is an address,
 * or one word alone, stays as it is.
 */
export function nameForUrl(url: string): string {
  const host = URL.parse(url)?.hostname ?? url;
  const labels = host.split(".");
  if (labels.length < 2 || labels.every((label) => /^\d+$/.test(label)) || host.includes(":")) return host;
  const own = labels.slice(0, -1).filter((label) => !furniture.has(label));
  const name = own.at(-1) ?? labels.at(-2) ?? host;
  return name.charAt(0).toUpperCase() + name.slice(1);
}
