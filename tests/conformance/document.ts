import { fileURLToPath } from "node:url";
import suite from "@modelcontextprotocol/conformance/package.json" with { type: "json" };
import { notApplicable } from "#tests/conformance/not-applicable.ts";
import { revisions } from "#tests/conformance/plan.ts";
import type { Outcome } from "#tests/conformance/suite.ts";

export const documentPath = fileURLToPath(new URL("../../docs/conformance.md", import.meta.url));

/** What a run found, in words that depend on nothing else: no times, no order of things that ran at once. */
export function documentOf(outcomes: readonly Outcome[]): string {
  const failed = outcomes.filter(({ faults }) => faults.length > 0).length;
  const verdict = failed === 0 ? "All of them pass." : `${failed} of them fail.`;
  return `# Conformance

Written by \`bun run conformance\`; a test fails where it differs from what a run finds.

The client scenarios of the official suite, \`@modelcontextprotocol/conformance\` ${suite.version}, run against Switchyard as its
members use it: through its REST API, with a browser for what has to be opened in one (\`tests/conformance\`). An admin does
nothing but what a scenario is about, which is to enter a client registered beforehand and to accept a new issuer. A warning
counts as a failure, and so does an end that a scenario should not have. ${outcomes.length} runs. ${verdict}

${table(["scenario", ...revisions], rowsOf(outcomes))}

✓ passed, with the number of different checks that it passed; ✗ failed; – the scenario does not belong to that revision.

## Not applicable

${reasons()}
`;
}

function rowsOf(outcomes: readonly Outcome[]): string[][] {
  const names = [...new Set(outcomes.map(({ name }) => name))].sort();
  return names.map((name) => [
    code(name),
    ...revisions.map((revision) =>
      cell(outcomes.find((outcome) => outcome.name === name && outcome.revision === revision)),
    ),
  ]);
}

function cell(outcome: Outcome | undefined): string {
  if (!outcome) return "–";
  return outcome.faults.length === 0 ? `✓ ${outcome.passed}` : "✗";
}

/** One line for all scenarios that a reason holds for. */
function reasons(): string {
  const names = Map.groupBy(Object.keys(notApplicable), (name) => notApplicable[name] ?? "");
  return [...names].map(([why, those]) => `- ${those.map(code).join(", ")}: ${why}`).join("\n");
}

const code = (name: string): string => `\`${name}\``;

/** As `bun fmt` leaves it. */
function table(head: string[], rows: string[][]): string {
  const widths = head.map((_, column) =>
    Math.max(...[head, ...rows].map((cells) => cells[column]?.length ?? 0)),
  );
  const line = (cells: string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n");
}
