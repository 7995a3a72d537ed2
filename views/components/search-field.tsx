type Props = { label?: string; value: string; placeholder: string; name?: string };

/** Narrows what stands below it. `/` goes there from anywhere on the page. */
export const SearchField = ({ label = "Search", value, placeholder, name = "q" }: Props) => (
  <div class="field search-field">
    <label for={name}>{label}</label>
    <input
      id={name}
      name={name}
      type="search"
      value={value}
      placeholder={placeholder}
      autoComplete="off"
      aria-keyshortcuts="/"
    />
  </div>
);
