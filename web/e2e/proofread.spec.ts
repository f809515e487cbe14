import { expect, expectAccessible, loginAs, test } from "./fixtures";

const TEXT = "全镇应查41000人，实查23117人，检查率为52.0%。\n应查3200人，实查2880人，检查率90.0%。";

test("a pasted text is checked without a network", async ({ page }) => {
  await loginAs(page, "publichealth", "/proofread");
  await expect(page.getByText("断网也能用")).toBeVisible();
  await expectAccessible(page);
  await page.context().setOffline(true);
  await page.getByLabel("要核对的文字").fill(TEXT);
  await page.keyboard.press("Control+Enter");

  const claims = page.getByRole("region", { name: "各处的核算" }).getByRole("listitem");
  await expect(claims.filter({ hasText: "23117÷41000=56.4%，文中写52.0%。" })).toBeVisible();
  // From a mark to its claim, and on by keyboard.
  await page.getByRole("button", { name: "52.0%" }).first().click();
  await expect(claims.filter({ hasText: "52.0%" }).getByRole("button")).toHaveAttribute("aria-current", "true");
  await page.keyboard.press("j");
  await expect(claims.filter({ hasText: "90.0%" }).getByRole("button")).toHaveAttribute("aria-current", "true");
  // Only what is wrong, in the address; the findings go along as a file.
  await page.getByRole("button", { name: /^✗? ?矛盾 1$/ }).click();
  await expect(page).toHaveURL(/verdict=hard/);
  await expect(claims).toHaveCount(1);
  const file = page.waitForEvent("download");
  await page.getByRole("button", { name: "导出 CSV" }).click();
  expect((await file).suggestedFilename()).toBe("核数.csv");
  await page.context().setOffline(false);
  await expectAccessible(page);
});

test("a file that is no text says why and what to do", async ({ page }) => {
  await loginAs(page, "publichealth", "/proofread");
  await page.locator("input[type=file]").setInputFiles({ name: "总结.docx", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.7") });
  await expect(page.getByRole("alert")).toContainText("这是PDF文件");
  await expect(page.getByRole("alert")).toContainText("PROOF-0003");
});
