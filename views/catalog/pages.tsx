/** A part of what a server lists, all of which is fetched each time: it has no pages of its own that one could keep. */
export type ListedPart<T> = {
  items: T[];
  /** Before anything was looked for. */
  total: number;
  page: number;
  pages: number;
  /** The server offers more than is read. */
  isTruncated: boolean;
};

export const perPage = 100;

export function partOf<T>(all: T[], found: T[], page: number, isTruncated: boolean): ListedPart<T> {
  const pages = Math.max(1, Math.ceil(found.length / perPage));
  const shown = Math.min(page, pages);
  return {
    items: found.slice((shown - 1) * perPage, shown * perPage),
    total: all.length,
    page: shown,
    pages,
    isTruncated,
  };
}

type Props = { part: ListedPart<unknown>; pathOf: (page: number) => string };

export const CatalogPages = ({ part: { page, pages }, pathOf }: Props) =>
  pages === 1 ? null : (
    <nav class="pagination" aria-label="Pages">
      <span class="muted">
        Page {page} of {pages}
      </span>
      {page > 1 && (
        <a class="button" href={pathOf(page - 1)} rel="prev">
          Previous page
        </a>
      )}
      {page < pages && (
        <a class="button" href={pathOf(page + 1)} rel="next">
          Next page
        </a>
      )}
    </nav>
  );
