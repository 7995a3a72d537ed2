import { isCallable } from "#views/catalog/said-text.tsx";
import { Short } from "#views/components/short.tsx";

/** What a server calls one of its things, as the way to it. */
export const CatalogName = ({ name, href }: { name: string; href: string }) =>
  isCallable(name) ? (
    <a class="catalog-name" href={href}>
      <Short>{name}</Short>
    </a>
  ) : (
    <span class="catalog-name">
      <Short>{name}</Short>
    </span>
  );
