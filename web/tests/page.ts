// What the tests share: the page, opened and watched. A test fails if the page says anything on the console, violates its
// policy, or asks for anything that is not its own.

import { type Page, expect, test as base } from "@playwright/test";

export const test = base.extend<{ page: Page }>({
  page: async ({ page, baseURL }, use) => {
    const heard: string[] = [];
    page.on("console", (message) => heard.push(`${message.type()}: ${message.text()}`));
    page.on("pageerror", (error) => heard.push(`error: ${error.message}`));
    page.on("request", (request) => {
      if (!request.url().startsWith(baseURL!) && !request.url().startsWith("blob:")) heard.push(`asked for ${request.url()}`);
    });
    await use(page);
    expect(heard).toEqual([]);
  },
});

export { expect };

export async function opened(page: Page, fragment = ""): Promise<void> {
  await page.goto(`/${fragment}`);
  await page.locator("#reconstruction[data-state=done]").waitFor();
}

export const cells = (page: Page): Promise<string> => page.locator("#board .cells").inputValue();

/** Empties the drawing and gives it a size, with the caret in its first cell. */
export async function blank(page: Page, rows: number, columns: number): Promise<void> {
  await page.locator("#clear").click();
  for (const [id, value] of [["rows", rows], ["columns", columns]] as const) {
    await page.locator(`#${id}`).fill(String(value));
    await page.locator(`#${id}`).blur();
  }
  await page.locator("#board .cells").focus();
  await page.keyboard.press("Control+Home");
}
