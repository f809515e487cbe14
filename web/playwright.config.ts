import { defineConfig } from "@playwright/test";

/** What a person does, in a real Chromium, against the program with the golden township. `npm run e2e`; the browser is the system's. */
export default defineConfig({
  testDir: "e2e",
  globalSetup: "./e2e/server.ts",
  // One server, one township: tests follow one another, each on people of its own.
  workers: 1,
  fullyParallel: false,
  retries: 0,
  timeout: 90_000,
  expect: { timeout: 15_000 },
  reporter: [["list"]],
  use: {
    viewport: { width: 1366, height: 768 },
    locale: "zh-CN",
    timezoneId: "Asia/Shanghai",
    trace: "off",
    screenshot: "only-on-failure",
    launchOptions: { executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium", args: ["--no-sandbox"] },
  },
});
