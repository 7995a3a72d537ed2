import { Field } from "#views/components/field.tsx";
import type { Refused } from "#views/components/form.tsx";

export const NewPassword = ({ refused, label = "Password" }: { refused: Refused; label?: string }) => (
  <Field
    name="password"
    label={label}
    type="password"
    autoComplete="new-password"
    minLength={8}
    maxLength={256}
    hint="At least 8 characters. Length is what counts."
    refused={refused}
  />
);
