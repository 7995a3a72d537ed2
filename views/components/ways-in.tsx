import type { WayIn } from "#src/services/sign-in.ts";
import { Text } from "#views/components/text.tsx";

type Props = {
  ways: readonly WayIn[];
  /** What stands before the provider's name. */
  verb?: string;
  /** What is told to the beginning of the sign-in; null is left out. */
  parameters: Record<string, string | null>;
};

/** Links: the policy of our pages lets no form lead to another site, not even by a redirect. */
export const WaysIn = ({ ways, verb = "Continue with", parameters }: Props) =>
  ways.length === 0 ? null : (
    <ul class="ways-in">
      {ways.map(({ id, name, authorizeUrl }) => (
        <li key={id}>
          <a class="button" href={withParameters(authorizeUrl, parameters)}>
            {verb} <Text>{name}</Text>
          </a>
        </li>
      ))}
    </ul>
  );

function withParameters(address: string, parameters: Props["parameters"]): string {
  const url = new URL(address);
  for (const [name, value] of Object.entries(parameters))
    if (value !== null) url.searchParams.set(name, value);
  return url.href;
}
