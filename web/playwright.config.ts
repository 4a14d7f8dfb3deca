// npm test: the page as `asciivae web` serves it, in Chromium, at phone and desk size. PYTHON is that of the environment in
// which asciivae is installed; CHROMIUM, if set, a browser to use instead of Playwright's own.
import { defineConfig, devices } from "@playwright/test";

const python = process.env.PYTHON ?? "python3";
const port = 8328;
const executablePath = process.env.CHROMIUM;

export default defineConfig({
  testDir: "tests",
  outputDir: "test-results",
  workers: 1, // times are measured
  timeout: 120_000,
  expect: { timeout: 30_000 },
  reporter: [["list"]],
  use: {
    baseURL: `http://127.0.0.1:${port}`,
    permissions: ["clipboard-read", "clipboard-write"],
    launchOptions: { ...(executablePath ? { executablePath } : {}), args: ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"] },
  },
  projects: [
    { name: "desk", use: { ...devices["Desktop Chrome"], viewport: { width: 1280, height: 900 } } },
    { name: "phone", use: { ...devices["Pixel 7"] }, grep: /@phone/ },
  ],
  webServer: { command: `${python} -m asciivae web --port ${port}`, url: `http://127.0.0.1:${port}/`, reuseExistingServer: false },
});
