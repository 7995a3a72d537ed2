/** One page of a list whose order is total, so that nothing repeats or is skipped between pages. */
export type Page<T> = {
  items: T[];
  /** How many there are in all. */
  total: number;
  /** The cursor of the next page, or null at the end. */
  next: string | null;
};

/** What a list takes: `limit` 1–200, and the cursor of an earlier page. */
export type PageInput = { limit: number; cursor: string | null };
