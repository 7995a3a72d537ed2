import { CopyButton } from "#views/components/copy-button.tsx";

/** Something to take along. It can be selected and copied by hand; the button is there only where a script can copy. */
export const CopyField = ({ id, label, value }: { id: string; label: string; value: string }) => (
  <div class="field copy-field">
    <label for={id}>{label}</label>
    <div class="copy-row">
      <input id={id} class="mono" readOnly value={value} spellcheck={false} autoComplete="off" />
      <CopyButton of={id} />
    </div>
  </div>
);
