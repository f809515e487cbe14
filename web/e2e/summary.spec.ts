import type { Page } from "@playwright/test";

import { expect, expectAccessible, loginAs, test } from "./fixtures";

const KEY = "530599100000-2025";

/** Throws away what was written of the year. */
async function forget(page: Page): Promise<void> {
  expect(await page.evaluate(async (key) => (await fetch(`/api/v1/drafts/summary/${key}`, { method: "DELETE" })).ok, KEY)).toBe(true);
}

test("a summary is written, a wrong percentage is found in the margin, the text is still there after a reload", async ({ page }) => {
  await loginAs(page, "office");
  await forget(page);
  await page.goto("/summary?year=2025");
  const text = page.getByRole("textbox", { name: "总结正文" });
  await expect(text.locator(".chip").first()).toBeVisible({ timeout: 30_000 });
  await expectAccessible(page);

  await text.getByRole("heading").first().click();
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  await page.keyboard.type("全镇应查41000人，实查23117人，检查率为52.0%。");
  const margin = page.getByRole("region", { name: "核数" });
  await expect(margin).toContainText("23117÷41000=56.4%，文中写52.0%。");
  await expect(text.locator(".claim-mark.hard").filter({ hasText: "52.0%" })).toBeVisible();

  await page.keyboard.press("Control+S");
  await expect(page.getByText("已存在服务器，只有您看得到")).toBeVisible();
  await page.reload();
  await expect(text).toContainText("实查23117人");
  await expect(margin).toContainText("56.4%");

  // A number leads to what it counts.
  await text.locator(".chip").nth(8).click();
  await expect(page.getByRole("link", { name: "看这个数背后的人" })).toBeVisible();
  await forget(page);
});
