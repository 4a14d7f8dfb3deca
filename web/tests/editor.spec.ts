// The editor: overtyping, boxes, undo, mirror drawing, sizes, paste, links and files.

import { readFileSync } from "node:fs";
import { blank, cells, expect, opened, test } from "./page";

test("typing replaces characters, and Enter goes below the first of them @phone", async ({ page }) => {
  await opened(page);
  await blank(page, 3, 8);
  await page.keyboard.press("ArrowRight");
  await page.keyboard.type("/\\_/");
  await page.keyboard.press("Enter");
  await page.keyboard.type("(o)");

  expect(await cells(page)).toBe(" /\\_/   \n (o)    \n        ");
  await page.keyboard.press("Home");
  await page.keyboard.type("<>");
  expect((await cells(page)).split("\n")[1]).toBe("<>o)    ");
  await page.keyboard.press("Backspace");
  expect((await cells(page)).split("\n")[1]).toBe("< o)    ");
  await page.keyboard.press("Delete");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Delete");
  expect((await cells(page)).split("\n")[1]).toBe("<  )    ");
});

test("Enter in the last row adds one, to 64 rows at most, and a row is never longer than its columns", async ({ page }) => {
  await opened(page);
  await blank(page, 63, 2);
  await page.keyboard.press("Control+End");
  for (let i = 0; i < 3; i++) await page.keyboard.press("Enter");
  await page.keyboard.type("abcdef");

  const lines = (await cells(page)).split("\n");
  expect(lines).toHaveLength(64);
  expect(new Set(lines.map((line) => line.length))).toEqual(new Set([2]));
  await expect(page.locator("#status")).toHaveText(/row 64 is full: set more columns/);
  await page.locator("#columns").fill("3");
  await page.locator("#columns").blur();
  await expect(page.locator("#status")).toHaveText(/row 64, column 3$/);
});

test("a selection is a box", async ({ page }) => {
  await opened(page);
  await blank(page, 3, 6);
  for (const line of ["abcdef", "ghijkl", "mnopqr"]) {
    await page.keyboard.type(line);
    await page.keyboard.press("Enter");
  }
  await page.keyboard.press("Control+Home");
  await page.keyboard.press("ArrowRight");
  for (const key of ["ArrowDown", "ArrowRight", "ArrowRight", "ArrowRight"]) await page.keyboard.press(`Shift+${key}`);
  await expect(page.locator("#status")).toHaveText(/; 2 × 3 selected$/);

  await page.keyboard.press("Control+c");
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe("bcd\nhij\n");
  await page.keyboard.press("Control+x");
  expect((await cells(page)).slice(0, 20)).toBe("a   ef\ng   kl\nmnopqr");
  await page.keyboard.press("Control+z");
  await page.keyboard.press("Control+Home");
  await page.keyboard.press("Control+v");
  expect((await cells(page)).slice(0, 20)).toBe("bcddef\nhijjkl\nmnopqr");
});

test("everything can be undone and redone", async ({ page }) => {
  await opened(page);
  const first = await cells(page);
  await page.locator("#flip").click();
  await page.locator("#fit").click();
  await page.locator("#board .cells").focus();
  await page.keyboard.type("xyz");
  const last = await cells(page);
  for (let i = 0; i < 3; i++) await page.keyboard.press("Control+z");
  expect(await cells(page)).toBe(first);
  await expect(page.locator("#undo")).toBeDisabled();
  for (let i = 0; i < 3; i++) await page.locator("#redo").click();
  expect(await cells(page)).toBe(last);
  await expect(page.locator("#redo")).toBeDisabled();
});

test("mirror drawing writes both halves", async ({ page }) => {
  await opened(page);
  await blank(page, 2, 7);
  await page.locator("#mirrored").click();
  await page.locator("#board .cells").focus();
  await page.keyboard.type("/(b|");
  await expect(page.locator("#mirrored")).toHaveAttribute("aria-pressed", "true");
  expect((await cells(page)).split("\n")[0]).toBe("/(b|d)\\");
  await page.keyboard.press("Backspace");
  await page.keyboard.press("Backspace");
  expect((await cells(page)).split("\n")[0]).toBe("/(   )\\");
});

test("sizes are kept between 1 and 64", async ({ page }) => {
  await opened(page);
  for (const [typed, kept] of [["1000", 64], ["0", 64], ["7", 7], ["", 7]] as const) {
    await page.locator("#rows").fill(typed);
    await page.locator("#rows").blur();
    expect((await cells(page)).split("\n")).toHaveLength(kept);
  }
});

test("pasted text is cut, and what is not ASCII is replaced", async ({ page }) => {
  await opened(page);
  await blank(page, 2, 4);
  const paste = async (text: string) => {
    await page.evaluate((one) => navigator.clipboard.writeText(one), text);
    await page.keyboard.press("Control+v");
  };
  await paste("┌─┐\n│é│\r\n\t\u{1F600}\x1b[31mx\x1b[0m");
  expect(await cells(page)).toBe("+-+       \n|e|       \n        ?x");
  await expect(page.locator("#notice")).toContainText("1 character that is not ASCII became a question mark");
  await paste(`${"y".repeat(300)}\n`.repeat(300));
  expect(await cells(page)).toBe(Array(64).fill("y".repeat(64)).join("\n"));
  await expect(page.locator("#notice")).toContainText("cut off");
  await paste("   \n  ");
  await expect(page.locator("#notice")).toContainText("no text");
});

test("after Clear one types at once, and a text is pasted wherever the focus is", async ({ page }) => {
  await opened(page);
  await page.locator("#clear").click();
  await expect(page.locator("#status")).toContainText("Empty: type, or paste a drawing");
  await page.keyboard.type("<o>");
  expect((await cells(page)).trim()).toBe("<o>");

  await page.locator("#clear").click();
  await page.evaluate(() => navigator.clipboard.writeText("/\\\n\\/"));
  await page.locator("#tab-edges").click();
  await page.keyboard.press("Control+V");
  expect((await cells(page)).split("\n").slice(0, 2).map((line) => line.trimEnd())).toEqual(["/\\", "\\/"]);
});

test("a link holds the drawing, and a file too @phone", async ({ page, context }) => {
  await opened(page);
  await page.locator("#link").click();
  await expect(page.locator("#notice")).toContainText("The link is copied");
  const link = await page.evaluate(() => navigator.clipboard.readText());
  expect(link.length).toBeLessThan(250);
  const other = await context.newPage();
  await other.goto(link);
  await other.locator("#reconstruction[data-state=done]").waitFor();
  expect(await cells(other)).toBe(await cells(page));

  for (const [id, begin] of [["txt", "\n      /\\_/\\\n"], ["png", "\x89PNG\r\n\x1a\n"], ["svg", '<svg xmlns="http://www.w3.org/2000/svg"']]) {
    const [download] = await Promise.all([page.waitForEvent("download"), page.locator(`#save-${id}`).click()]);
    expect(download.suggestedFilename()).toBe(`drawing.${id}`);
    expect(readFileSync(await download.path(), "latin1").startsWith(begin)).toBe(true);
  }
});

test("a box is filled, and one of several proposals is taken @phone", async ({ page }) => {
  await opened(page);
  await page.locator("#tab-complete").click();
  await page.locator("#fill-box").click();
  await expect(page.locator("#complete-status")).toContainText("Select a box");
  await page.locator("#board .cells").focus();
  await page.keyboard.press("Control+Home");
  for (const key of ["ArrowDown", "ArrowDown", ...Array<string>(10).fill("ArrowRight")]) await page.keyboard.press(`Shift+${key}`);
  const before = (await cells(page)).split("\n");
  await page.locator("#fill-box").click();
  await page.locator("#proposals[data-state]").waitFor({ timeout: 60_000 });
  const proposal = (await page.locator("#proposals pre").first().textContent())!;
  await page.locator("#proposals button").first().click();
  expect(await cells(page)).toBe(proposal);
  const after = proposal.split("\n");
  expect(after.map((line, row) => (row < 3 ? line.slice(10) : line))).toEqual(before.map((line, row) => (row < 3 ? line.slice(10) : line)));
  await expect(page.locator("#status")).toContainText("3 × 10 selected");
  await page.locator("#undo").click();
  expect((await cells(page)).split("\n")).toEqual(before);
});

test("a finger selects a box @phone", async ({ page, isMobile }) => {
  test.skip(!isMobile, "a mouse drags without Select");
  await opened(page);
  await page.locator("#tab-complete").click();
  await page.locator("#fill-box").click();
  await expect(page.locator("#complete-status")).toContainText("touch Select");
  await page.locator("#boxing").tap();
  await expect(page.locator("#boxing")).toHaveAttribute("aria-pressed", "true");
  await page.locator("#board").scrollIntoViewIfNeeded();
  const { x, y, width, height } = (await page.locator("#board").boundingBox())!;
  const touches = await page.context().newCDPSession(page);
  const at = (row: number, column: number) => [{ x: x + ((column + 0.5) / 17) * width, y: y + ((row + 0.5) / 8) * height }];
  await touches.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: at(6, 12) });
  for (const [row, column] of [[5, 10], [4, 6], [3, 4]]) {
    await touches.send("Input.dispatchTouchEvent", { type: "touchMove", touchPoints: at(row, column) });
  }
  await touches.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
  await expect(page.locator("#status")).toHaveText(/; 4 × 9 selected$/);
  await page.locator("#fill-box").click();
  await page.locator("#proposals[data-state]").waitFor({ timeout: 60_000 });
  await page.locator("#proposals button").last().click();
  await expect(page.locator("#board")).toBeInViewport(); // what was taken is seen
});

test("a text file is opened, and one that is dropped", async ({ page }) => {
  await opened(page);
  await page.locator("#file").setInputFiles({ name: "a.txt", mimeType: "text/plain", buffer: Buffer.from(" /\\\n/é\\\n\u{1F600}\n") });
  await expect.poll(() => cells(page)).toBe(" /\\\n/e\\\n?  ");
  await expect(page.locator("#notice")).toContainText("1 character that is not ASCII");
  for (const [name, type, text] of [["b.nfo", "", "<b>"], ["c", "text/plain", " \n"]]) {
    await page.evaluate(([name, type, text]) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([text], name, { type }));
      document.querySelector("#board .cells")!.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
    }, [name, type, text]);
    await expect.poll(() => cells(page)).toBe("<b>");
  }
  await expect(page.locator("#notice")).toHaveText("There is no text in this file.");
});

test("a picture that is pasted or opened is drawn", async ({ page }) => {
  await opened(page);
  await expect(page.locator("#use-drawn")).toBeDisabled();
  const png = await page.evaluate(async () => {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [120, 120];
    const context = canvas.getContext("2d")!;
    context.fillStyle = "white";
    context.fillRect(0, 0, 120, 120);
    context.lineWidth = 4;
    context.strokeRect(20, 20, 80, 80);
    const blob = (await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve)))!;
    await navigator.clipboard.write([new ClipboardItem({ "image/png": blob })]);
    return [...new Uint8Array(await blob.arrayBuffer())];
  });
  await page.locator("#board .cells").focus();
  const before = await cells(page);
  await page.keyboard.press("Control+v");
  await page.locator("#drawn[data-state='1']").waitFor({ timeout: 60_000 });
  await expect(page.locator("#drawn pre")).toHaveText(/\S/);
  expect(await cells(page)).toBe(before);
  await page.locator("#file").setInputFiles({ name: "a.png", mimeType: "image/png", buffer: Buffer.from(png) });
  await page.locator("#drawn[data-state='2']").waitFor({ timeout: 60_000 });
  await expect(page.locator("#use-drawn")).toBeEnabled();
});

test("the drawing is there when the page is loaded again, and a new visit begins anew", async ({ page }) => {
  await opened(page);
  const first = await cells(page);
  await page.locator("#link").click();
  await expect(page.locator("#notice")).toContainText("The link is copied");
  await blank(page, 2, 5);
  await page.keyboard.type("<\">");
  await page.reload();
  await page.locator("#reconstruction[data-state=done]").waitFor();
  expect(await cells(page)).toBe('<">  \n     ');
  await page.goto("about:blank");
  await opened(page);
  expect(await cells(page)).toBe(first);
});

test("new pages have the size of the drawing", async ({ page }) => {
  await opened(page);
  await blank(page, 5, 12);
  await page.locator("#tab-complete").click();
  await page.locator("#category").selectOption("cats");
  await page.locator("#new-pages").click();
  await page.locator("#proposals[data-state]").waitFor({ timeout: 60_000 });
  for (const text of await page.locator("#proposals pre").allTextContents()) {
    expect(text.split("\n").map((line) => line.length)).toEqual(Array(5).fill(12));
  }
});

test("the camera takes a picture, which is drawn", async ({ page, context }) => {
  await context.grantPermissions(["camera"]);
  await opened(page);
  await page.locator("#tab-picture").click();
  await page.locator("#start-camera").click();
  await page.locator("#take-picture").click();
  await page.locator("#drawn[data-state]").waitFor({ timeout: 90_000 });
  await expect(page.locator("#camera-box")).toBeHidden();
  await expect(page.locator("#drawn pre")).toHaveText(/\S/);
  const drawn = await page.locator("#drawn pre").textContent();
  await page.locator("#use-drawn").click();
  expect(await cells(page)).toBe(drawn);
});
