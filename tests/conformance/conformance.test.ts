import { afterAll, expect, test } from "bun:test";
import { documentOf, documentPath } from "#tests/conformance/document.ts";
import { notApplicable } from "#tests/conformance/not-applicable.ts";
import { plan, runAll } from "#tests/conformance/plan.ts";
import { startSubject } from "#tests/conformance/subject.ts";
import { scenarioNames } from "#tests/conformance/suite.ts";

/** As long as one scenario may take with others before it. */
const PATIENCE_MS = 120_000;

const planned = await plan();
const subject = await startSubject();
afterAll(() => subject.stop());
const runs = runAll(subject.access, planned);

test.each(planned.map((scenario, index) => ({ ...scenario, run: runs[index] })))(
  "$revision: $name passes through our REST API",
  async ({ run }) => {
    const outcome = await run;

    expect(outcome?.faults).toEqual([]);
  },
  PATIENCE_MS,
);

test("every client scenario of the suite is run, or listed with the reason why not", async () => {
  const known = [...planned.map(({ name }) => name), ...Object.keys(notApplicable)];

  const all = await scenarioNames();

  expect([...new Set(known)].sort()).toEqual(all.sort());
});

test(
  "docs/conformance.md says what the run found",
  async () => {
    const found = documentOf(await Promise.all(runs));

    const documented = await Bun.file(documentPath).text();

    expect(documented).toBe(found);
  },
  PATIENCE_MS,
);
