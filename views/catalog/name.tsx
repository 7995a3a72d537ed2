import { isCallable, shortName } from "#views/catalog/said-text.tsx";
import { Text } from "#views/components/text.tsx";

/** What a server calls one of its things, as the way to it. */
export const CatalogName = ({ name, href }: { name: string; href: string }) =>
  isCallable(name) ? (
    <a class="catalog-name" href={href}>
      <Text>{shortName(name)}</Text>
    </a>
  ) : (
    <span class="catalog-name">
      <Text>{shortName(name)}</Text>
    </span>
  );
