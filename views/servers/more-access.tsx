import type { WatchedServer } from "#src/services/servers/index.ts";
import { Short } from "#views/components/short.tsx";
import { Text } from "#views/components/text.tsx";

const mostNamed = 5;

/** What a server asks for by name, so that nobody has to say yes to they know not what. */
export const MoreAccess = ({ server: { name, wantedScopes } }: { server: WatchedServer }) => (
  <>
    <Short>{name}</Short> asks for more access than you gave
    {wantedScopes.length > 0 && (
      <>
        : <Text>{wantedScopes.slice(0, mostNamed).join(", ").slice(0, 300)}</Text>
        {wantedScopes.length > mostNamed && " and more"}
      </>
    )}
    .
  </>
);
