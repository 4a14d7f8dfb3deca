// Makes the pictures of the manual: npm run screenshots, with PYTHON and CHROMIUM as for the tests.
import { chromium, devices } from "@playwright/test";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";

const out = resolve(process.argv[2]);
mkdirSync(out, { recursive: true });
const server = spawn(process.env.PYTHON ?? "python3", ["-m", "asciivae", "web", "--port", "0"], { stdio: ["ignore", "pipe", "ignore"] });
const [url] = await once(server.stdout, "data").then((parts) => parts.map(String));
const browser = await chromium.launch(process.env.CHROMIUM ? { executablePath: process.env.CHROMIUM } : {});

async function opened(options, example) {
  const page = await browser.newPage(options);
  await page.goto(url.trim());
  await page.locator("#examples").selectOption(example);
  await page.locator("#reconstruction[data-state=done]").waitFor();
  return page;
}

const desk = await opened({ viewport: { width: 1180, height: 700 } }, "camel");
await desk.locator("#numbers").fill("6");
await desk.locator("#reconstruction-status", { hasText: "from 512 numbers" }).waitFor();
await desk.locator("#numbers").blur();
await desk.screenshot({ path: join(out, "desk.png") });
await desk.locator("#tab-edges").click();
await desk.locator("#edges[data-state=done]").waitFor();
await desk.locator("main").screenshot({ path: join(out, "edges.png") });

const phone = await opened({ ...devices["Pixel 7"], deviceScaleFactor: 1, colorScheme: "dark" }, "boat");
await phone.screenshot({ path: join(out, "phone.png") });

await browser.close();
server.kill("SIGINT");
