import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { nodePath } from "#tests/conformance/node.ts";

/*
 * `bun run test`: everything on the embedded database, what touches the database again on Postgres, and the stories in a
 * real browser. What this machine has not got is said and left out; where CI is set, it is a failure.
 */

type Tally = { passed: number; failed: number };

const isCi = Boolean(process.env["CI"]);
const onDatabase = [
  "tests/api",
  "tests/contracts",
  "tests/db",
  "tests/pages",
  "tests/services",
  "tests/http",
];
const inBrowser = ["tests/e2e"];
const others = [
  "tests/lib",
  "tests/settings",
  "tests/net",
  "tests/mcp",
  "tests/oauth",
  "tests/peers",
  "tests/boot",
];
const chromium = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
const postgresUrl = process.env["TEST_DATABASE_URL"] ?? "postgres://postgres@127.0.0.1:5432/postgres";

const total: Tally = { passed: 0, failed: 0 };
const missing: string[] = [];

await run("on the embedded database", [...others, ...onDatabase], { TEST_DATABASE_URL: "" });
if (await isReachable(postgresUrl)) await run("on Postgres", onDatabase, { TEST_DATABASE_URL: postgresUrl });
else leaveOut("Postgres does not answer; set TEST_DATABASE_URL, or start one on 127.0.0.1:5432.");
if (existsSync(chromium)) await run("in a browser", inBrowser, { CHROMIUM: chromium }, 1);
else leaveOut("There is no Chromium; install it, or set CHROMIUM to its path.");

if (nodePath() !== null) await run("with the conformance suite", ["tests/conformance"], {}, 1);
else leaveOut("There is no Node 22, which the conformance suite needs.");

for (const what of missing) console.log(`${isCi ? "MISSING" : "skipped"}: ${what}`);
if (isCi) total.failed += missing.length;
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed === 0 ? 0 : 1);

function leaveOut(what: string): void {
  missing.push(what);
}

/** A run whose report cannot be read counts as one failure: a crash is never a pass. */
async function run(
  title: string,
  folders: string[],
  env: Record<string, string>,
  workers = 2,
): Promise<void> {
  const present = folders.filter((folder) => existsSync(folder));
  if (present.length === 0) return;
  console.log(`\n── ${title}`);
  const directory = await mkdtemp(join(tmpdir(), "switchyard-tests-"));
  const report = join(directory, "report.xml");
  const child = Bun.spawn(
    [
      process.execPath,
      "test",
      ...present,
      `--parallel=${workers}`,
      "--timeout=30000",
      "--only-failures",
      "--reporter=junit",
      `--reporter-outfile=${report}`,
    ],
    { env: { ...process.env, ...env }, stdout: "inherit", stderr: "inherit" },
  );
  const code = await child.exited;
  const tally = await tallyOf(report);
  await rm(directory, { recursive: true });
  total.passed += tally.passed;
  total.failed += code === 0 ? tally.failed : Math.max(tally.failed, 1);
  console.log(`── ${title}: ${tally.passed} passed, ${tally.failed} failed`);
}

async function tallyOf(report: string): Promise<Tally> {
  const xml = await Bun.file(report)
    .text()
    .catch(() => "");
  const [, tests = "0"] = /<testsuites[^>]* tests="(\d+)"/.exec(xml) ?? [];
  const [, failures = "0"] = /<testsuites[^>]* failures="(\d+)"/.exec(xml) ?? [];
  const [, skipped = "0"] = /<testsuites[^>]* skipped="(\d+)"/.exec(xml) ?? [];
  return { passed: Number(tests) - Number(failures) - Number(skipped), failed: Number(failures) };
}

async function isReachable(url: string): Promise<boolean> {
  const sql = postgres(url, { max: 1, connect_timeout: 3, onnotice: () => {} });
  try {
    await sql`select 1`;
    return true;
  } catch {
    return false;
  } finally {
    await sql.end({ timeout: 1 });
  }
}
