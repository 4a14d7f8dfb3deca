// Times, accessibility and layout, at phone and desk size.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { blank, expect, opened, test } from "./page";

const axe = readFileSync(join(import.meta.dirname, "../node_modules/axe-core/axe.min.js"), "utf8");
const TABS = ["reconstruct", "interpolate", "edges", "complete", "picture"];

test("the first reconstruction comes within 5 s @phone", async ({ page }, info) => {
  const begin = Date.now();
  await opened(page);
  const seconds = (Date.now() - begin) / 1000;
  console.log(`${info.project.name}: first reconstruction after ${seconds.toFixed(2)} s`);
  expect(seconds).toBeLessThan(5);
});

test("a keystroke takes at most 100 ms at 32 × 64 @phone", async ({ page }, info) => {
  await opened(page);
  await blank(page, 32, 64);
  await page.evaluate(() => {
    const durations: number[] = ((window as unknown as { durations: number[] }).durations = []);
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if (entry.name === "keydown") durations.push(entry.duration);
    }).observe({ type: "event", durationThreshold: 16 } as PerformanceObserverInit);
  });
  const text = "/\\_/|()<>-=".repeat(6).slice(0, 60);
  const begin = Date.now();
  await page.keyboard.type(text, { delay: 60 });
  await expect(page.locator("#reconstruction-status")).toContainText(`of ${text.length} characters`);
  const behind = Date.now() - begin - 60 * text.length;
  const durations = await page.evaluate(() => (window as unknown as { durations: number[] }).durations);
  const sorted = durations.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? 16;
  console.log(`${info.project.name}: keydown to paint: median ${at(0.5)} ms, 95 % ${at(0.95)} ms, most ${at(1)} ms; reconstruction ${behind} ms behind`);
  expect(at(0.95)).toBeLessThanOrEqual(100);
});

for (const scheme of ["light", "dark"] as const) {
  test(`axe finds nothing, ${scheme} @phone`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: scheme });
    await opened(page);
    await page.evaluate(axe);
    for (const tab of TABS) {
      await page.locator(`#tab-${tab}`).click();
      const found = await page.evaluate(async () => {
        const { violations } = await (window as unknown as { axe: { run(): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> } }).axe.run();
        return violations.map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes.map(({ html }) => html.slice(0, 90)).join(" | ")}`);
      });
      expect(found).toEqual([]);
    }
  });
}

test("nothing is wider than the window @phone", async ({ page }) => {
  await opened(page);
  await blank(page, 64, 64);
  for (const tab of TABS) {
    await page.locator(`#tab-${tab}`).click();
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  }
});

test("everything can be reached by the keyboard", async ({ page }) => {
  await opened(page);
  const reached = new Set<string>();
  for (let i = 0; i < 40; i++) {
    await page.keyboard.press("Tab");
    reached.add(await page.evaluate(() => document.activeElement?.id || document.activeElement?.getAttribute("aria-label") || ""));
  }
  for (const id of ["examples", "mirrored", "rows", "copy", "save-svg", "tab-reconstruct", "numbers", "marked", "use-reconstruction"]) {
    expect([...reached]).toContain(id);
  }
  await page.locator("#tab-reconstruct").focus();
  await page.keyboard.press("ArrowRight");
  await expect(page.locator("#tab-interpolate")).toHaveAttribute("aria-selected", "true");
  await expect(page.locator("#panel-interpolate")).toBeVisible();
});
