import type { Claim } from "#views/catalog/said.ts";
import { Badge } from "#views/components/badge.tsx";

/** Marked as what they are: nobody but the server has said so. */
export const Claims = ({ claims }: { claims: Claim[] }) =>
  claims.length === 0 ? null : (
    <span class="claims">
      <span class="muted">the server says:</span>{" "}
      {claims.map(({ label, tone }) => (
        <Badge key={label} tone={tone}>
          {label}
        </Badge>
      ))}
    </span>
  );
