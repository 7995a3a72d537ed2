import entries from "#src/services/directory.json" with { type: "json" };

/** A well-known public server. How it signs people in is found out when it is added; `asks` only says what to expect. */
export type DirectoryEntry = {
  name: string;
  url: string;
  group: string;
  asks: "sign-in" | "client" | "key" | "nothing";
  about: string;
};

/** Kept with the project and never fetched. Sorted by group, then by name. */
export const directory = entries as DirectoryEntry[];

/** Those with this in their name, their host or what they are about; all for an empty text. */
export function search(q: string): DirectoryEntry[] {
  const wanted = q.trim().toLowerCase();
  return directory.filter(({ name, url, about, group }) =>
    `${name} ${url} ${about} ${group}`.toLowerCase().includes(wanted),
  );
}
