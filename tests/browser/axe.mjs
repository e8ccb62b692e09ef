// Whether a page is for everyone: axe-core finds nothing, and nothing is wider than the screen.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** `rules`: only these, by name. */
export async function isForEveryone(page, what, { rules } = {}) {
  await page.evaluate(() => Promise.all(document.getAnimations().map((animation) => {
    return animation.effect.getComputedTiming().iterations === Infinity ? null : animation.finished.catch(() => {});
  })));
  // By the debugger, since the page itself lets no string run.
  if (!(await page.evaluate("typeof axe === 'object'"))) await page.evaluate(AXE);
  let found = await violations(page, rules);
  // Chromium may go on computing some elements' inherited colour by the scheme of before, until it draws them again. What is
  // really wrong is wrong the second time, too.
  if (found.length > 0) {
    await redrawn(page);
    found = await violations(page, rules);
  }
  assert.deepEqual(found, [], what);
  await fits(page, what);
}

async function violations(page, rules) {
  return page.evaluate(async (rules) => {
    const { violations } = await globalThis.axe.run(document, { resultTypes: ["violations"], ...(rules && { runOnly: rules }) });
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target, failureSummary }) => `${target} ${failureSummary}`).join("; ")}`);
  }, rules);
}

/** All styles are computed anew: none is of before, not even behind a dialog. */
async function redrawn(page) {
  await page.evaluate(async () => {
    const { style } = document.documentElement;
    style.display = "none";
    document.documentElement.getBoundingClientRect();
    style.removeProperty("display");
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    await frame();
    await frame();
  });
}

/** Nothing sticks out at the sides: neither of the page, nor of what scrolls in it. */
export async function fits(page, what) {
  const wide = await page.evaluate(() => {
    const screen = document.documentElement.clientWidth;
    const wide = (element) => element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).overflowX === "auto" && element.tagName !== "PRE";
    const scroll = document.scrollingElement.scrollWidth > screen ? ["the page"] : [];
    return [...scroll, ...[...document.querySelectorAll("body *")].filter(wide).map(({ tagName, className, id }) => `${tagName}.${className}#${id}`)];
  });
  assert.deepEqual(wide, [], `${what}: wider than the screen`);
}
