// The networks in the browser answer as those of the command line, in every character.

import { execFileSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, opened, test } from "./page";
import type { Edges, Question } from "../src/questions";

interface Listed {
  rows: number;
  columns: number;
  cells: number[];
}

interface PagesListed {
  page: Listed;
  known: number[];
  chances: number[];
  category: number;
  signature: number;
  count: number;
}

interface Expected {
  pieces: Listed[];
  reconstructions: Listed[];
  by_numbers: Record<string, Listed[]>;
  positions: number[];
  arcs: Listed[][];
  pages: (PagesListed & { proposals: { grid: Listed; bits: number }[] })[];
  drawn: Record<string, { kind: string; grid: Listed }>;
  edges: { shapes: number; closed: number; length: number; lines: number }[];
}

let expected: Expected;
let folder: string;

test.beforeAll(() => {
  const python = process.env.PYTHON ?? "python3";
  const most = 1 << 26;
  folder = mkdtempSync(join(tmpdir(), "asciivae-"));
  expected = JSON.parse(execFileSync(python, [join(import.meta.dirname, "expected.py"), folder], { encoding: "utf8", maxBuffer: most }));
});

/** What the page's own worker answers. */
async function asked(page: import("@playwright/test").Page, questions: Question[]): Promise<unknown[]> {
  return page.evaluate(async (listed) => {
    const worker = new Worker("worker.js", { type: "module" });
    const plain = (value: unknown): unknown =>
      value instanceof Uint8Array ? [...value]
        : Array.isArray(value) ? value.map(plain)
        : value && typeof value === "object"
          ? Object.fromEntries(Object.entries(value).map(([name, one]) => [name, plain(one)])) : value;
    const grid = (value: unknown): unknown =>
      value && typeof value === "object" && "cells" in value ? { ...value, cells: Uint8Array.from(value.cells as number[]) } : value;
    const answers: unknown[] = [];
    for (const [number, question] of listed.entries()) {
      const reply = new Promise<MessageEvent>((resolve) => (worker.onmessage = (event) => "done" in event.data || resolve(event)));
      worker.postMessage({ number, question: Object.fromEntries(Object.entries(question).map(([name, one]) => [name, grid(one)])) });
      const { data } = await reply;
      if ("error" in data) throw new Error(data.error);
      answers.push(plain(data.answer));
    }
    worker.terminate();
    return answers;
  }, questions as never[]);
}

test("fifty held-out pieces are reconstructed alike", async ({ page }) => {
  await opened(page);
  const questions = expected.pieces.map((grid) => ({ task: "reconstruct", grid, numbers: 2048 }) as unknown as Question);
  const answers = (await asked(page, questions)) as { grid: Listed }[];

  expect(expected.pieces).toHaveLength(50);
  expect(answers.map(({ grid }) => grid)).toEqual(expected.reconstructions);
});

test("so are ten with other numbers", async ({ page }) => {
  await opened(page);
  for (const [numbers, made] of Object.entries(expected.by_numbers)) {
    const questions = expected.pieces.slice(0, 10).map((grid) => ({ task: "reconstruct", grid, numbers: Number(numbers) }) as unknown as Question);
    const answers = (await asked(page, questions)) as { grid: Listed }[];
    expect(answers.map(({ grid }) => grid)).toEqual(made);
  }
});

test("the ways between six pairs are alike", async ({ page }) => {
  await opened(page);
  for (const [number, pages] of expected.arcs.entries()) {
    const [start, end] = [expected.pieces[number], expected.pieces[number + 6]];
    const questions = expected.positions.map((position) => ({ task: "interpolate", start, end, numbers: 2048, position }) as unknown as Question);
    expect(await asked(page, questions)).toEqual(pages);
  }
});

test("the edges of fifty pieces are alike", async ({ page }) => {
  await opened(page);
  const answers = (await asked(page, expected.pieces.map((grid) => ({ task: "edges", grid }) as unknown as Question))) as Edges[];
  for (const [number, { path, shapes, closed, length }] of answers.entries()) {
    const python = expected.edges[number];
    expect([shapes, closed, path.split("M").length - 1]).toEqual([python.shapes, python.closed, python.lines]);
    // Where a line without ends begins is anybody's choice, and so is what is left of it when it is simplified.
    expect(Math.abs(length / python.length - 1)).toBeLessThan(0.01);
  }
});

test("seven pictures are drawn alike", async ({ page }) => {
  test.setTimeout(600_000);
  await opened(page);
  await page.locator("#tab-picture").click();
  await page.locator("#drawn-width").fill("40");
  let [number, same, all] = [0, 0, 0];
  for (const [name, { grid, kind }] of Object.entries(expected.drawn)) {
    await page.locator("#picture").setInputFiles(join(folder, `${name}.png`));
    await page.locator(`#drawn[data-state="${++number}"]`).waitFor({ timeout: 120_000 });
    await expect(page.locator("#drawn-status")).toContainText(kind === "edges" ? "photo" : "line drawing");
    const shown = (await page.locator("#drawn pre").textContent())!.split("\n");
    expect([shown.length, shown[0].length], name).toEqual([grid.rows, grid.columns]);
    const different = [...shown.join("")].filter((character, i) => character.charCodeAt(0) - 32 !== grid.cells[i]).length;
    console.log(`${name}: ${different} of ${grid.cells.length} characters differ`);
    same += grid.cells.length - different;
    all += grid.cells.length;
  }
  // The choice between two characters may hang on the last digit of a sum, and those beside follow.
  expect(same / all).toBeGreaterThan(0.99);
});

test("holes in eight drawings and a new page are filled alike", async ({ page }) => {
  test.setTimeout(600_000);
  await opened(page);
  for (const { proposals, ...wanted } of expected.pages) {
    const [made] = (await asked(page, [{ task: "pages", ...wanted } as unknown as Question])) as { grid: Listed; bits: number }[][];
    expect(made.map(({ grid }) => grid)).toEqual(proposals.map(({ grid }) => grid));
    made.forEach(({ bits }, i) => expect(Math.abs(bits - proposals[i].bits)).toBeLessThan(0.01));
  }
});
