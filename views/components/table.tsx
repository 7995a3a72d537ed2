import type { ComponentChildren } from "preact";

type Props = {
  /** Read out, and not seen where the page's heading says the same. */
  caption: string;
  /** One word or two each; an empty one for the column of actions. */
  columns: string[];
  id?: string;
  /** As a card on a phone, its facts stand beside each other in a line. */
  isDense?: boolean;
  children: ComponentChildren;
};

/** A list of things with several facts each. On a phone every row is a card; the roles keep it a table to a screen reader. */
export const Table = ({ caption, columns, id, isDense = false, children }: Props) => (
  <table class={isDense ? "table table-dense" : "table"} role="table" id={id}>
    <caption class="unseen">{caption}</caption>
    <thead role="rowgroup">
      <tr role="row">
        {columns.map((column) => (
          <th key={column} role="columnheader" scope="col">
            {column === "" ? <span class="unseen">Actions</span> : column}
          </th>
        ))}
      </tr>
    </thead>
    <tbody role="rowgroup">{children}</tbody>
  </table>
);

export const Row = ({ id, children }: { id?: string; children: ComponentChildren }) => (
  <tr role="row" id={id}>
    {children}
  </tr>
);

type CellProps = {
  /** The column's name, which stands before the value where the row is a card. */
  label?: string;
  kind?: "title" | "signal" | "actions";
  /** Its value says that there is none: a card does without. */
  isNothing?: boolean;
  children: ComponentChildren;
};

export const Cell = ({ label, kind, isNothing = false, children }: CellProps) => (
  <td role="cell" data-label={label} class={isNothing ? "cell-nothing" : kind && `cell-${kind}`}>
    {children}
  </td>
);
