// Fragments and pastes from strangers do nothing but show a drawing, or a notice.

import { deflateRawSync, deflateSync } from "node:zlib";
import { blank, cells, expect, opened, test } from "./page";

const packed = (...parts: (string | number[])[]) =>
  "#1." + deflateRawSync(Buffer.concat(parts.map((part) => Buffer.from(part as string, "latin1")))).toString("base64url");

const BAD = {
  "another version": "#2.abc",
  "not base64": "#1.<script>alert(1)</script>",
  "not deflated": "#1.AAAA",
  "cut off": packed([2, 2], "ab\ncd").slice(0, -3),
  "empty": "#1.",
  "no rows": packed([0, 0], ""),
  "too large": packed([65, 65], "x"),
  "too few lines": packed([3, 3], "a\nb"),
  "a line too long": packed([1, 2], "abc"),
  "control characters": packed([1, 8], "\x1b[31m"),
  "more than ASCII": packed([1, 8], "\xe9"),
  "a bomb": packed([64, 64], "\n".repeat(50_000_000)),
  "a long link": `#1.${"A".repeat(100_000)}`,
  "markup": "#<img src=x onerror=alert(1)>",
  "a prototype": "#__proto__",
};

for (const [name, fragment] of Object.entries(BAD)) {
  test(`a fragment is refused: ${name}`, async ({ page }) => {
    await opened(page, fragment);
    await expect(page.locator("#notice")).toHaveText("This link does not hold a drawing; it may be cut off.");
    expect(await cells(page)).toContain("o.o");
  });
}

test("markup is only characters", async ({ page }) => {
  const text = "<img src=x onerror=alert(1)>";
  await opened(page, packed([1, 40], text));
  expect((await cells(page)).trimEnd()).toBe(text);
  expect(await page.locator("img").count()).toBe(0);
  const [download] = await Promise.all([page.waitForEvent("download"), page.locator("#save-svg").click()]);
  const stream = await download.createReadStream();
  let svg = "";
  for await (const part of stream) svg += part;
  expect(svg).toContain("&lt;img src=x onerror=alert(1)&gt;");
});

test("pastes of any kind leave a drawing", async ({ page }) => {
  await opened(page);
  await blank(page, 4, 4);
  const pastes = ["<script>alert(1)</script>", "\0\x01\x02", "\u202e\u0000\ud800", "a".repeat(3_000_000), "\n".repeat(100_000) + "x", "\t".repeat(5000)];
  for (const text of pastes) {
    await page.locator("#board .cells").evaluate((area, one) => {
      const data = new DataTransfer();
      data.setData("text/plain", one);
      data.setData("text/html", "<img src=x onerror=alert(1)>");
      area.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, cancelable: true, bubbles: true }));
    }, text);
    const lines = (await cells(page)).split("\n");
    expect(lines.length).toBeLessThanOrEqual(64);
    expect(new Set(lines.map((line) => line.length)).size).toBe(1);
    expect(lines.every((line) => /^[ -~]{1,64}$/.test(line))).toBe(true);
  }
});

const FILES: [string, string, Buffer, RegExp][] = [
  ["a text", "image/png", Buffer.from("<script>alert(1)</script>"), /damaged, or of a kind/],
  ["nothing", "image/png", Buffer.alloc(0), /damaged, or of a kind/],
  ["an SVG with a script", "image/svg+xml", Buffer.from("<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"), /not a picture that can be read/],
  ["a page", "text/html", Buffer.from("<script>alert(1)</script>"), /not a picture that can be read/],
  ["a damaged PNG", "image/png", Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ", "base64"), /damaged, or of a kind/],
  ["a PNG of 4 × 10¹² pixels", "image/png", enormous(), /damaged, or of a kind|over 24 million pixels/],
  ["more than 64 MiB", "image/png", Buffer.alloc(65 * 2 ** 20), /over 64 MiB/],
];

/** The header of a PNG of 2,000,000 × 2,000,000 pixels, with little behind it. */
function enormous(): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
    const ends = Buffer.alloc(8);
    ends.writeUInt32BE(data.length, 0);
    ends.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(2_000_000, 0);
  header.writeUInt32BE(2_000_000, 4);
  header.set([8, 0, 0, 0, 0], 8);
  const begin = Buffer.from("89504e470d0a1a0a", "hex");
  return Buffer.concat([begin, chunk("IHDR", header), chunk("IDAT", deflateSync(Buffer.alloc(5_000_000))), chunk("IEND", Buffer.alloc(0))]);
}

/** As PNG files have it; node:zlib has one only since Node.js 22. */
function crc32(data: Buffer): number {
  let crc = ~0;
  for (const byte of data) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

test("files that are no pictures are refused with a word", async ({ page }) => {
  await opened(page);
  await page.locator("#tab-picture").click();
  for (const [name, mimeType, buffer, said] of FILES) {
    await page.evaluate(() => (document.querySelector("#drawn-status")!.textContent = ""));
    if (buffer.length < 2 ** 25) await page.locator("#picture").setInputFiles({ name: "a.png", mimeType, buffer });
    else {
      await page.locator("#picture").evaluate((input: HTMLInputElement, size) => {
        const data = new DataTransfer();
        data.items.add(new File([new Uint8Array(size)], "a.png", { type: "image/png" }));
        input.files = data.files;
        input.dispatchEvent(new Event("change"));
      }, buffer.length);
    }
    await expect(page.locator("#drawn-status"), name).toHaveText(said);
  }
  await expect(page.locator("#preview")).toBeHidden();
});

test("nothing inline runs, and nothing is loaded from elsewhere", async ({ browser, baseURL }) => {
  const page = await browser.newPage();
  await page.goto(baseURL!);
  const [ran, violations] = await page.evaluate(async () => {
    const seen: string[] = [];
    document.addEventListener("securitypolicyviolation", (event) => seen.push(event.effectiveDirective));
    const script = document.createElement("script");
    script.textContent = "document.title = 'ran'";
    document.body.append(script);
    document.body.insertAdjacentHTML("beforeend", "<img src='https://example.org/a.png' onerror='document.title=1'><p style='color:red'></p>");
    await fetch("https://example.org/").catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, 300));
    return [document.title !== "asciivae playground", seen];
  });
  expect(ran).toBe(false);
  expect(new Set(violations)).toEqual(new Set(["script-src-elem", "script-src-attr", "img-src", "style-src-attr", "connect-src"]));
  await page.close();
});
