/** Lists go one way: the next page, or from the start again. Both are links that keep the filters. */
export const Pagination = ({ first, next }: { first: string | null; next: string | null }) =>
  first === null && next === null ? null : (
    <nav class="pagination" aria-label="Pages">
      {first !== null && (
        <a class="button" href={first}>
          First page
        </a>
      )}
      {next !== null && (
        <a class="button" href={next} rel="next">
          Next page
        </a>
      )}
    </nav>
  );
