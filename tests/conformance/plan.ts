import { notApplicable } from "#tests/conformance/not-applicable.ts";
import type { Access } from "#tests/conformance/subject.ts";
import { type Outcome, runScenario, type Scenario, scenarioNames } from "#tests/conformance/suite.ts";

/** Those of which the suite has scenarios that we run, oldest first. */
export const revisions = ["2025-03-26", "2025-11-25", "2026-07-28"];

/** Every scenario at every revision that it applies to, but for what is not applicable to us. */
export async function plan(): Promise<Scenario[]> {
  const planned = await Promise.all(
    revisions.map(async (revision) => (await scenarioNames(revision)).map((name) => ({ name, revision }))),
  );
  return planned.flat().filter(({ name }) => !Object.hasOwn(notApplicable, name));
}

/** Runs them in their order, two at once. The promises are theirs, and none rejects. */
export function runAll(access: Access, scenarios: readonly Scenario[], atOnce = 2): Promise<Outcome>[] {
  const runs = scenarios.map((scenario) => ({ scenario, ...Promise.withResolvers<Outcome>() }));
  const queue = [...runs];
  const work = async () => {
    for (let run = queue.shift(); run; run = queue.shift()) {
      const { scenario } = run;
      const crashed = (error: unknown) => ({ ...scenario, passed: 0, faults: [String(error)] });
      run.resolve(await runScenario(access, scenario).catch(crashed));
    }
  };
  for (let worker = 0; worker < atOnce; worker += 1) void work();
  return runs.map(({ promise }) => promise);
}
