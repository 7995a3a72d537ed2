import { expect, test } from "bun:test";
import { withProgress } from "#src/http/page-progress.ts";
import { createLogger } from "#src/lib/log.ts";
import type { Ctx } from "#src/services/context.ts";
import { testApp } from "#tests/support/app.ts";

const lines: string[] = [];
const log = createLogger({ level: "error", destination: { write: (line) => void lines.push(line) } });
const app = await testApp({}, { log });
// What the work is given is not looked at here.
const ctx = { ...app.deps, requestId: "req_progress" } as Ctx;
const asked = () => ({
  ctx,
  request: new Request("http://127.0.0.1:3000/form", {
    method: "POST",
    headers: { accept: "text/html, text/event-stream" },
  }),
});

test("work that breaks before it has begun ends as a page that says so", async () => {
  const response = await withProgress(asked(), () => {
    throw new Error("broken at once");
  });

  const text = await response.text();
  expect(text).toContain("Something broke on our side");
  expect(text).not.toContain("broken at once");
});

test("an answer that cannot be read ends the stream, and is told to the operator", async () => {
  lines.length = 0;
  const body = new ReadableStream({
    start: (controller) => controller.error(new Error("the answer broke off")),
  });

  const response = await withProgress(asked(), async () => new Response(body));

  expect(await response.text()).toBe(": open\n\n");
  expect(lines.join()).toContain("a form was not answered");
});
