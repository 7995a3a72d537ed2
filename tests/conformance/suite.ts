import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { nodePath } from "#tests/conformance/node.ts";
import type { Access } from "#tests/conformance/subject.ts";

export type Scenario = { name: string; revision: string };
/** `faults` say why it failed; empty where it passed. */
export type Outcome = Scenario & { passed: number; faults: string[] };

type Check = { id: string; name: string; status: string; description: string; errorMessage?: string };

const SUITE = fileURLToPath(import.meta.resolve("@modelcontextprotocol/conformance/dist/index.js"));
const DRIVER = fileURLToPath(new URL("./driver.ts", import.meta.url));
const LOOPBACK = fileURLToPath(new URL("../support/loopback.cjs", import.meta.url));
const STORY_MS = 30_000;
const SCENARIO_MS = 45_000;
/** A warning is a failure. What is skipped is a request that the scenario's revision does not have. */
const HARMLESS = new Set(["SUCCESS", "INFO", "SKIPPED"]);

/** The names of all client scenarios of the suite, or of those that apply to one revision. */
export async function scenarioNames(revision?: string): Promise<string[]> {
  const { output } = await node([
    SUITE,
    "list",
    "--client",
    ...(revision ? ["--spec-version", revision] : []),
  ]);
  return [...output.matchAll(/^ {2}- (\S+) \[/gm)].map(([, name = ""]) => name);
}

/** Runs one scenario against Switchyard. A run that says nothing, or a driver that does not end well, has failed. */
export async function runScenario(access: Access, { name, revision }: Scenario): Promise<Outcome> {
  const results = await mkdtemp(join(tmpdir(), "switchyard-scenario-"));
  const options = {
    command: `"${process.execPath}" "${DRIVER}"`,
    scenario: name,
    "spec-version": revision,
    timeout: STORY_MS,
    "output-dir": results,
  };
  const args = Object.entries(options).map(([option, value]) => `--${option}=${value}`);
  const { output, status } = await node(["--require", LOOPBACK, SUITE, "client", ...args], {
    SWITCHYARD_ACCESS: JSON.stringify(access),
  });
  const checks = await checksIn(results);
  await rm(results, { recursive: true });

  const passed = new Set(
    checks.filter(({ status }) => status === "SUCCESS").map(({ id, name }) => `${id} ${name}`),
  );
  const faults = checks.filter(({ status }) => !HARMLESS.has(status)).map(describe);
  if (passed.size === 0) faults.push("Nothing was checked.");
  // The suite forgives a crash of the client where a scenario expects it to refuse something.
  if (status !== 0 || /^Client (exited with code|timed out)/m.test(output)) faults.push(output);
  return { name, revision, passed: passed.size, faults };
}

async function node(
  args: string[],
  env: Record<string, string> = {},
): Promise<{ output: string; status: number }> {
  const path = nodePath();
  if (path === null) throw new Error("The conformance suite needs Node 22.");
  const child = Bun.spawn([path, ...args], {
    env: { PATH: process.env["PATH"] ?? "", NO_COLOR: "1", ...env },
    // Closed when this process ends, however it does: see loopback.cjs.
    stdin: "pipe",
    stdout: "pipe",
    stderr: "pipe",
  });
  const timer = setTimeout(() => child.kill("SIGKILL"), SCENARIO_MS);
  const [stdout, stderr, status] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  clearTimeout(timer);
  return { output: stdout + stderr, status };
}

/** The suite makes a folder for each run, inside of others where a scenario's name has a slash. */
async function checksIn(results: string): Promise<Check[]> {
  for await (const path of new Bun.Glob("**/checks.json").scan(results))
    return (await Bun.file(join(results, path)).json()) as Check[];
  return [];
}

const describe = ({ id, status, errorMessage, description }: Check): string =>
  `${status} ${id}: ${errorMessage ?? description}`;
