import type { LookStep } from "#src/services/oauth-discovery.ts";
import { shownMs } from "#views/servers/duration.ts";
import { oobOf } from "#views/servers/out-of-band.ts";

/** `ms` is null for the step that the look is in. */
export type TakenStep = { step: LookStep; ms: number | null };

const words: Record<LookStep, string> = {
  server: "Knocking at the server",
  protected_resource: "It asks who you are: reading how it wants to be told",
  authorization_server: "Reading what its sign-in can do",
};

/** How far a look at a server has come. It stands empty beside the form, and is seen while the form is on its way. */
export const LookSteps = ({ steps, outOfBand = false }: { steps: TakenStep[]; outOfBand?: boolean }) => (
  <ol id="look-steps" class="look-steps" {...oobOf(outOfBand)}>
    {steps.map(({ step, ms }) => (
      <li key={step}>
        {ms === null ? (
          <span class="spinner" aria-hidden="true" />
        ) : (
          <span class="look-step-done" aria-hidden="true">
            ✓
          </span>
        )}{" "}
        {words[step]}
        {ms === null ? "…" : <span class="muted"> {shownMs(ms)}</span>}
      </li>
    ))}
  </ol>
);
