import { fileURLToPath } from "node:url";
import type { DatabaseTarget } from "#src/db/open.ts";

const script = fileURLToPath(new URL("app-process-script.ts", import.meta.url));

/**
 * A process of its own that opens the database as the app does at its start, and then does what it is told.
 * See the script for what it says and understands.
 */
export function startApp(target: DatabaseTarget) {
  const child = Bun.spawn(["bun", script, JSON.stringify(target)], {
    stdin: "pipe",
    stdout: "pipe",
    stderr: "inherit",
  });
  const lines = child.stdout
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(byLine())
    [Symbol.asyncIterator]();

  return {
    /** The next line that it says; undefined when it has ended. */
    async says(): Promise<string | undefined> {
      const { value, done } = await lines.next();
      return done ? undefined : value;
    },
    tell(word: "migrate" | "write" | "stop"): void {
      child.stdin.write(`${word}\n`);
      child.stdin.flush();
    },
    async kill(): Promise<void> {
      child.kill("SIGKILL");
      await child.exited;
    },
    exited: child.exited,
  };
}

function byLine(): TransformStream<string, string> {
  let rest = "";
  return new TransformStream({
    transform(chunk, output) {
      const parts = (rest + chunk).split("\n");
      rest = parts.pop() ?? "";
      for (const part of parts) output.enqueue(part);
    },
  });
}
