import { documentOf, documentPath } from "#tests/conformance/document.ts";
import { plan, runAll } from "#tests/conformance/plan.ts";
import { startSubject } from "#tests/conformance/subject.ts";
import type { Outcome } from "#tests/conformance/suite.ts";

/*
 * `bun run conformance`: runs the official suite's client scenarios, and writes what it found into docs/conformance.md. With
 * a name, or a part of one: only those scenarios, and nothing is written.
 */

const [part = ""] = process.argv.slice(2);
const subject = await startSubject();
const outcomes: Outcome[] = [];
for (const run of runAll(
  subject.access,
  (await plan()).filter(({ name }) => name.includes(part)),
)) {
  const outcome = await run;
  outcomes.push(outcome);
  const { name, revision, passed, faults } = outcome;
  console.log(`${faults.length === 0 ? "✓" : "✗"} ${revision} ${name}: ${passed} checks passed`);
  for (const fault of faults) console.log(fault.replaceAll(/^/gm, "    "));
}
await subject.stop();

if (part === "") await Bun.write(documentPath, documentOf(outcomes));
process.exit(outcomes.every(({ faults }) => faults.length === 0) ? 0 : 1);
