import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { compare, type Contender, type Measured, timesOf } from "#bench/measure.ts";
import { startSubject } from "#bench/subject.ts";
import { everything } from "#tests/support/peers.ts";

/*
 * `bun run bench`: what a call through Switchyard costs beside the same call made directly, on one machine in one run.
 * DATABASE_URL and ENCRYPTION_KEYS make it a run on Postgres.
 */

const listed = 200;

const peer = await everything.http();
const subject = await startSubject(
  process.env["DATABASE_URL"] ? { EGRESS_ALLOW: new URL(peer.url).host } : {},
);
const direct = new Client({ name: "bench", version: "1" });
await direct.connect(new StreamableHTTPClientTransport(new URL(peer.url)));

const created = await subject.api("/mcp-servers", {
  method: "POST",
  body: JSON.stringify({ url: peer.url }),
});
const { id } = (await created.json()) as { id: number };
await checked(`/mcp-servers/${id}/enable`, "POST");
await checked(`/mcp-servers/${id}/credentials`, "POST");

const echo = { name: "echo", arguments: { message: "hello" } };
const callBody = JSON.stringify({ arguments: echo.arguments });
await report("tools", {
  direct: () => direct.listTools(),
  through: () => checked(`/mcp-servers/${id}/tools`),
});
await report("tool call", {
  direct: () => direct.callTool(echo),
  through: () => checked(`/mcp-servers/${id}/tools/echo/call`, "POST", callBody),
});

for (let n = 1; n < listed; n++)
  await checked(
    "/mcp-servers",
    "POST",
    JSON.stringify({ url: `https://mcp-${n}.example.com/mcp`, discover: false }),
  );
const [one, all] = await compare([
  { name: "one server", run: () => checked(`/mcp-servers/${id}`) },
  { name: `list of ${listed}`, run: () => checked("/mcp-servers") },
]);
if (one && all) {
  line("get one server", one);
  line(`list ${listed} servers`, all);
  console.log(`  a list of ${listed} takes ${(all.medianMs / one.medianMs).toFixed(1)} times one server\n`);
}

console.log(`the page of ${listed} servers`);
for (const coding of ["identity", "gzip", "zstd"]) {
  let bytes = 0;
  const { medianMs, p95Ms } = await timesOf(async () => {
    const { firstByteMs, body } = await firstByte("/servers", coding);
    bytes = body;
    return firstByteMs;
  });
  const weight = `${(bytes / 1024).toFixed(1)} KB`.padStart(9);
  const times = `${medianMs.toFixed(2).padStart(8)} ms median ${p95Ms.toFixed(2).padStart(8)} ms p95`;
  console.log(`  ${coding.padEnd(10)} ${weight}, first byte after ${times}`);
}
console.log();

await direct.close();
await subject.stop();
await peer.stop();

async function report(
  what: string,
  { direct, through }: Record<"direct" | "through", Contender["run"]>,
): Promise<void> {
  const [straight, managed] = await compare([
    { name: "direct", run: direct },
    { name: "through Switchyard", run: through },
  ]);
  if (!straight || !managed) return;
  line(`${what}, direct`, straight);
  line(`${what}, through Switchyard`, managed);
  const latency = (managed.medianMs / straight.medianMs).toFixed(2);
  const throughput = (managed.perSecond / straight.perSecond).toFixed(2);
  console.log(`  latency × ${latency}, throughput × ${throughput}\n`);
}

function line(what: string, { medianMs, p95Ms, perSecond }: Measured): void {
  console.log(
    `${what.padEnd(32)} ${medianMs.toFixed(2).padStart(8)} ms median ${p95Ms.toFixed(2).padStart(8)} ms p95 ${perSecond.toFixed(0).padStart(7)} /s`,
  );
}

/** How long until a page begins to come, and how many bytes come of it. */
async function firstByte(path: string, coding: string): Promise<{ firstByteMs: number; body: number }> {
  const began = performance.now();
  const answer = await subject.page(path, coding);
  if (!answer.ok || !answer.body) throw new Error(`The page ${path} answered ${answer.status}.`);
  if ((answer.headers.get("content-encoding") ?? "identity") !== coding)
    throw new Error(`The page ${path} did not come as ${coding}.`);
  let firstByteMs = 0;
  let body = 0;
  for await (const chunk of answer.body) {
    if (body === 0) firstByteMs = performance.now() - began;
    body += chunk.byteLength;
  }
  return { firstByteMs, body };
}

/** A benchmark of failures would be a fast one. */
async function checked(path: string, method = "GET", body?: string): Promise<string> {
  const answer = await subject.api(path, { method, ...(body === undefined ? {} : { body }) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text.slice(0, 300)}`);
  return text;
}
