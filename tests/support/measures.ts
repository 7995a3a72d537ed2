import type { Page } from "playwright-core";

/*
 * What can be measured of a page as it is drawn. Each gives what is wrong, in words.
 */

const fingerPx = 44;

/**
 * What a finger can hardly hit: less than 44 px wide or high. A link within a sentence is as high as its line (WCAG 2.5.8),
 * and a box is pressed by its label.
 */
export const smallTargets = (page: Page): Promise<string[]> =>
  page.evaluate((least) => {
    const targets = document.querySelectorAll(
      "a[href], button, summary, select, input, textarea, label.choice",
    );
    return [...targets].flatMap((target) => {
      if (target.matches("[type=hidden], [type=radio], [type=checkbox], .unseen, .skip")) return [];
      if (!target.checkVisibility({ visibilityProperty: true })) return [];
      const sentence = target.closest("p, dd, small, .empty");
      const isWithinWords =
        target.matches("a:not(.button)") &&
        sentence !== null &&
        sentence.textContent.trim() !== target.textContent.trim();
      if (isWithinWords && !target.closest(".banner, .trouble-next")) return [];
      const { width, height } = target.getBoundingClientRect();
      // Half a pixel is how a browser rounds.
      if (width >= least - 0.5 && height >= least - 0.5) return [];
      return [`${Math.round(width)} x ${Math.round(height)}: ${target.outerHTML.slice(0, 120)}`];
    });
  }, fingerPx);

/** Headings of sections that stick to what stands above them. */
export const stuckSections = (page: Page): Promise<string[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll("main .section")].flatMap((section) => {
      let before = section.previousElementSibling;
      while (before && before.getBoundingClientRect().height === 0) before = before.previousElementSibling;
      if (!before) return [];
      const gap = section.getBoundingClientRect().top - before.getBoundingClientRect().bottom;
      return gap >= 16 ? [] : [`${Math.round(gap)} px above ${section.textContent.trim().slice(0, 40)}`];
    }),
  );
