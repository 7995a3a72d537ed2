import { describe, expect, test } from "bun:test";
import { browserName } from "#views/account/browser-name.ts";
import { OutsideLink, safeHref } from "#views/components/link.tsx";
import { Short, Whole } from "#views/components/short.tsx";
import { LongText, Text } from "#views/components/text.tsx";
import { relativeTime } from "#views/components/time.tsx";
import { renderPart } from "#views/render.ts";

describe("a link that came from outside", () => {
  test.each([
    "https://linear.app/docs?a=b",
    "http://127.0.0.1:8080/",
    "mailto:ada@example.com",
    "/w/1/servers?q=a",
  ])("%s may lead there", (href) => {
    expect(safeHref(href)).toBe(href);
  });

  test.each([
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " javascript:alert(1)",
    "java\tscript:alert(1)",
    "data:text/html,<script>x</script>",
    "vbscript:x",
    "file:///etc/passwd",
    "blob:https://ours/x",
    "//evil.example",
    "/\\evil.example",
    "/\t/evil.example",
    "servers",
    "",
  ])("%j leads nowhere", (href) => {
    expect(safeHref(href)).toBeUndefined();
    expect(renderPart(<OutsideLink href={href} />)).toStartWith("<span>");
  });

  test("tells the other side nothing, and opens beside the page", () => {
    const html = renderPart(<OutsideLink href="https://linear.app">Linear</OutsideLink>);

    expect(html).toContain('rel="noopener noreferrer nofollow" target="_blank"');
  });
});

describe("text of somebody else", () => {
  test("is text, with what cannot be seen made visible", () => {
    const html = renderPart(<Text>{'<svg onload="x()">\u202etxt.\u200b<b hx-get="/x">'}</Text>);

    expect(html).not.toMatch(/<svg|<b\b/);
    expect(html).toContain("⟨U+202E⟩txt.⟨U+200B⟩");
  });

  test("is cut at a space where it is long, and all of it is there to open", () => {
    const text = `${"word ".repeat(80)}end`;

    const html = renderPart(<LongText>{text}</LongText>);

    expect(html).toContain("<summary>");
    expect(html).toContain("word…</bdi>");
    expect(html).toContain(`<p dir="auto">${text}</p>`);
    expect(renderPart(<LongText>short</LongText>)).toBe('<p class="long-text" dir="auto">short</p>');
  });

  test("runs in its own direction", () => {
    expect(renderPart(<Text>مرحبا</Text>)).toBe("<bdi>مرحبا</bdi>");
  });

  test("of one line is as short as it needs to be, and opens where something was cut", () => {
    const long = "n".repeat(61);

    const cut = renderPart(<Short>{long}</Short>);
    const opened = renderPart(<Whole of={["short", long, null]} />);

    expect(cut).toBe(`<bdi>${"n".repeat(60)}…</bdi>`);
    expect(opened).toBe(
      `<details class="whole"><summary>Show all</summary><p><bdi>${long}</bdi></p></details>`,
    );
    expect(renderPart(<Whole of={["n".repeat(60)]} />)).toBe("");
  });

  test("counts what cannot be seen as long as it is written out", () => {
    const cut = renderPart(<Short>{"\u202e".repeat(50)}</Short>);

    expect(cut.length).toBeLessThan(80);
    expect(cut).toEndWith("…</bdi>");
  });

  test("is never cut through a character", () => {
    const html = renderPart(<LongText limit={10}>{"x".repeat(9) + "😀".repeat(20)}</LongText>);

    expect(html.isWellFormed()).toBeTrue();
    expect(html).toContain("xxxxxxxxx…");
    expect(html).not.toContain("\uFFFD");
  });
});

test.each([
  [-5, "just now"],
  [30, "in a moment"],
  [-61, "1 minute ago"],
  [-3 * 3600, "3 hours ago"],
  [-25 * 3600, "yesterday"],
  [7 * 86_400 - 5, "in 7 days"],
  [-400 * 86_400, "last year"],
])("%d seconds from now is %s", (seconds, words) => {
  const now = Date.parse("2026-11-23T12:00:00Z");

  expect(relativeTime(now + seconds * 1000, now)).toBe(words);
});

test.each([
  ["Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"],
  [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36 Edg/156.0.0.0",
    "Edge on Windows",
  ],
  [
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Safari/605.1.15",
    "Safari on macOS",
  ],
  [
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Mobile Safari/537.36",
    "Chrome on Android",
  ],
  [
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/156.0 Mobile/15E148 Safari/604.1",
    "Chrome on iPhone",
  ],
  ["curl/8.5.0", "Another program"],
  [null, "Another program"],
])("%s is %s", (userAgent, name) => {
  expect(browserName(userAgent)).toBe(name);
});
