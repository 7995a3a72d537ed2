/** White on each of them reaches at least 4.5:1 (WCAG 2.2 §1.4.3). */
const BACKGROUNDS = [
  "#3b4cca",
  "#6d3fc0",
  "#9a2fa8",
  "#b3256e",
  "#b42318",
  "#a4450c",
  "#8a5a00",
  "#5c6b00",
  "#1a7f37",
  "#0b7a6b",
  "#0b6f91",
  "#4b5a6b",
];

/**
 * Draws a picture for what has none: the first letter or digit of its name, on a colour of its own.
 *
 * @param name - hostile; nothing of it is printed but one letter or digit, which cannot be markup
 * @param uuid - what the colour follows, so that it outlives a new name
 * @returns an SVG document that needs no script, style sheet or further file
 */
export function drawMonogram(name: string, uuid: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64" viewBox="0 0 64 64" role="img">
<rect width="64" height="64" rx="12" fill="${backgroundOf(uuid)}"/>
<text x="32" y="32" dy=".36em" fill="#ffffff" font-family="system-ui, sans-serif" font-size="34" font-weight="600" text-anchor="middle">${initialOf(name)}</text>
</svg>
`;
}

function backgroundOf(uuid: string): string {
  const index = Number.parseInt(uuid.slice(0, 8), 16) % BACKGROUNDS.length;
  return BACKGROUNDS[index] ?? "#4b5a6b";
}

function initialOf(name: string): string {
  const [initial] = /[\p{L}\p{N}]/u.exec(name.normalize("NFC")) ?? ["#"];
  // Some letters become several in capitals: "ß" is "SS".
  const [capital] = initial.toUpperCase();
  return capital ?? initial;
}
