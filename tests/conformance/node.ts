import { existsSync } from "node:fs";
import { join } from "node:path";

const MIN_MAJOR = 22;

/**
 * The Node that the conformance suite needs: a package brings it for Linux; elsewhere the machine's own is taken.
 *
 * @returns null where there is none that is new enough
 */
export function nodePath(): string | null {
  const packaged = join("node_modules", `node-${process.platform}-${process.arch}`, "bin", "node");
  if (existsSync(packaged)) return packaged;
  const own = Bun.which("node");
  return own !== null && majorOf(own) >= MIN_MAJOR ? own : null;
}

function majorOf(node: string): number {
  const { stdout } = Bun.spawnSync([node, "--version"]);
  return Number(/^v(\d+)/.exec(stdout.toString())?.[1] ?? 0);
}
