import { expect, test } from "bun:test";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(new URL("./stray-errors-script.ts", import.meta.url));

async function run(what: "rejection" | "exception") {
  const child = Bun.spawn([process.execPath, script, what], { stdout: "pipe", stderr: "pipe" });
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { out, err, code };
}

test("a rejection that nobody heard is a line of the log, and the process goes on", async () => {
  const { out, err, code } = await run("rejection");

  const [line = "", ...rest] = out.trim().split("\n");
  expect(JSON.parse(line)).toMatchObject({ level: "error", error: { message: "It broke." } });
  expect([rest, err, code]).toEqual([["still here"], "", 0]);
  expect(out).not.toContain("canary");
});

test("an exception that nobody caught is a line of the log, and ends the process", async () => {
  const { out, err, code } = await run("exception");

  expect(JSON.parse(out)).toMatchObject({ level: "error", error: { message: "It broke." } });
  expect([err, code]).toEqual(["", 1]);
  expect(out).not.toContain("canary");
});
