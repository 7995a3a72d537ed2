import { afterAll, afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync } from "node:fs";
import axe from "axe-core";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { type TestApp, testApp } from "#tests/support/app.ts";
import { smallTargets, stuckSections } from "#tests/support/measures.ts";

const executablePath = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
const hasBrowser = existsSync(executablePath);
if (!hasBrowser)
  console.log(`No browser at ${executablePath}: its tests are left out. Set CHROMIUM to its path.`);

/** A test in a real browser. Left out where there is none, but on CI, where that is a failure. */
export const story = test.skipIf(!hasBrowser && !process.env["CI"]);

const storyTimeoutMs = 60_000;

const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** The four ways in which a page is looked at. */
export const forms = {
  wide: { width: 1280 },
  narrow: { width: 360, isPhone: true },
  dark: { width: 1280, isDark: true },
  scriptless: { width: 1280, hasScript: false },
} as const satisfies Record<string, Look>;

export type FormName = keyof typeof forms;
export type Look = { width?: number; isPhone?: boolean; isDark?: boolean; hasScript?: boolean };

/** The narrowest screen that WCAG asks of pages (1.4.10). */
const narrowestPx = 320;

/** A4 between its margins. */
const paperPx = 718;

/** Somebody at a browser of their own. */
export type Visitor = {
  page: Page;
  context: BrowserContext;
  /** Goes to a path of the app. */
  go(path: string): Promise<void>;
  /** Signs in with the session that a cookie such as `sy_session=…` stands for. */
  signIn(cookie: string): Promise<void>;
};

/** The whole app, listening on a port of its own. Call it at the top of a file. */
export async function listeningApp(env: Record<string, string> = {}): Promise<TestApp & { origin: string }> {
  let app: TestApp | undefined;
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    idleTimeout: 60,
    fetch: async (request) => (await app?.handle(request)) ?? new Response(null, { status: 503 }),
  });
  const origin = `http://127.0.0.1:${server.port}`;
  afterAll(() => server.stop(true));
  app = await testApp({ RATE_LIMIT: "0", ...env, PORT: String(server.port), PUBLIC_URL: origin });
  return { ...app, origin };
}

/**
 * A browser for the tests of one file: call it at the top, and what it gives for everybody who visits. What a page
 * complains of, from a refused style to an error, fails the test.
 */
export function openBrowser(): (app: { origin: string }, look?: Look) => Promise<Visitor> {
  let launched: Promise<Browser> | undefined;
  const contexts: BrowserContext[] = [];
  const complaints: string[] = [];
  const closing = new WeakSet<BrowserContext>();
  setDefaultTimeout(storyTimeoutMs);

  afterEach(async () => {
    // A page that is closed drops what it was loading, and may still say so.
    for (const context of contexts) closing.add(context);
    await Promise.all(contexts.splice(0).map((context) => context.close()));
    expect(complaints.splice(0)).toEqual([]);
  });
  afterAll(async () => {
    await (await launched)?.close();
  });

  return async (app, look = {}) => {
    launched ??= chromium.launch({ executablePath, args: flags });
    const browser = await launched;
    const context = await browser.newContext({
      baseURL: app.origin,
      viewport: { width: look.width ?? 1280, height: 800 },
      colorScheme: look.isDark ? "dark" : "light",
      javaScriptEnabled: look.hasScript ?? true,
      isMobile: look.isPhone ?? false,
      hasTouch: look.isPhone ?? false,
    });
    context.setDefaultTimeout(10_000);
    contexts.push(context);
    const page = await context.newPage();
    listen(page, app.origin, (complaint) => {
      if (!closing.has(context)) complaints.push(complaint);
    });
    return {
      page,
      context,
      go: async (path) => {
        await page.goto(path);
      },
      signIn: async (cookie) => {
        const [name = "", value = ""] = cookie.split("=");
        await context.addCookies([{ name, value, url: app.origin }]);
      },
    };
  };
}

/** Of pages of ours alone: an authorization server's are its own. */
function listen(page: Page, origin: string, complain: (complaint: string) => void): void {
  page.on("pageerror", (error) => complain(`${page.url()}: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() !== "error" && message.type() !== "warning") return;
    if (!page.url().startsWith(origin)) return;
    // A refused form answers with 4xx and a server that fails with 502 or 504, which the console calls errors.
    if (/status of (4\d\d|50[24])/.test(message.text())) return;
    complain(`${page.url()}: ${message.text()}`);
  });
}

/** The menu whose button reads like this. */
export const menu = (page: Page, label: string) => page.locator("summary", { hasText: label });

/**
 * What axe finds wrong with a page, as `rule: element`.
 *
 * @param only - the rules to look by, where the others were looked by already
 */
export async function barriers(page: Page, only: string[] = []): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(
    (rules) =>
      (globalThis as unknown as { axe: typeof axe }).axe.run(document, {
        resultTypes: ["violations"],
        ...(rules.length > 0 ? { runOnly: rules } : {}),
      }),
    only,
  );
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));
}

/** Whether something makes the page scroll sideways. */
export const overflows = (page: Page): Promise<boolean> =>
  page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);

/** What cannot be told from a page's markup, only from how it is drawn; on a phone also on the narrowest there is. */
export async function misdrawn(page: Page, form: FormName): Promise<string[]> {
  const found = [...(await stuckSections(page)), ...((await overflows(page)) ? ["scrolls sideways"] : [])];
  if (form !== "narrow") return found;
  found.push(...(await smallTargets(page)));
  const { width, height } = page.viewportSize() ?? { ...forms.narrow, height: 800 };
  await page.setViewportSize({ width: narrowestPx, height });
  if (await overflows(page)) found.push(`scrolls sideways at ${narrowestPx} px`);
  await page.setViewportSize({ width, height });
  return found;
}

/** What is hard to read of a page on paper, whatever the screen was; keeps a picture of it as well. */
export async function unreadableOnPaper(page: Page, name: string): Promise<string[]> {
  const { width, height } = page.viewportSize() ?? { width: 1280, height: 800 };
  await page.setViewportSize({ width: paperPx, height });
  await page.emulateMedia({ media: "print" });
  const found = await barriers(page, ["color-contrast"]);
  if (await overflows(page)) found.push("wider than paper");
  await picture(page, `${name}-print`);
  await page.emulateMedia({ media: "screen" });
  await page.setViewportSize({ width, height });
  return found;
}

/** Keeps a picture of the whole page in `screenshots/`, to be looked at. */
export async function picture(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: `screenshots/${name}.png`, fullPage: true });
}
