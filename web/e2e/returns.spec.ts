import type { Browser, Page, Response } from "@playwright/test";

import { expect, expectAccessible, loginAs, test } from "./fixtures";

// A month that no other test touches; the return of the month before is owed in it.
const MONTH = "2026-09";
const OF = "2026-08";
const VILLAGE = "老湾村民委员会";
const RETURN = "疟疾防治月报表";

/** The same program before another person. */
async function another(browser: Browser, account: string): Promise<Page> {
  const context = await browser.newContext({ baseURL: process.env["QIANMO_URL"], viewport: { width: 1366, height: 768 }, locale: "zh-CN" });
  const page = await context.newPage();
  await loginAs(page, account);
  return page;
}

/** Enters one day's blood tests of a village, by the form; answers the record's id. */
async function enter(page: Page, tested: number): Promise<string> {
  await page.goto("/programmes/malaria/forms/malaria.blood_test");
  await page.getByRole("combobox", { name: "选村（社区）" }).fill(VILLAGE);
  await page.getByRole("option", { name: VILLAGE }).click();
  await page.getByLabel("日期").fill(`${OF}-12`);
  await page.locator("[data-field=population]").getByText("本地居民").click();
  await page.locator("#field-tested").fill(String(tested));
  await page.locator("#field-positive").fill("0");
  const answer = page.waitForResponse((response) => response.request().method() === "POST" && response.url().endsWith("/api/v1/records"));
  await page.keyboard.press("Control+S");
  return writtenBy(await answer);
}

/** The id of the record that was written. */
function writtenBy(response: Response): string {
  expect(response.status()).toBeLessThan(300);
  return (response.request().postDataJSON() as { id: string }).id;
}

/** The number of residents tested, as it stands in the table on screen. */
async function testedIn(page: Page): Promise<number> {
  const row = page.getByRole("row").filter({ hasText: "本地居民发热血检" }).filter({ hasText: "a2" }).first();
  return Number((await row.getByRole("link").first().innerText()).replaceAll(",", ""));
}

test("a return is made, submitted and approved; a corrected record shows as a difference", async ({ page, browser }) => {
  await loginAs(page, "publichealth");
  const record = await enter(page, 7);

  await page.goto(`/returns?month=${MONTH}`);
  await expect(page.getByRole("grid")).toContainText(RETURN);
  await expectAccessible(page);
  await page.getByRole("link", { name: RETURN }).click();
  await expect(page.getByRole("heading", { name: RETURN }).first()).toBeVisible();
  await expectAccessible(page);
  const filed = await testedIn(page);
  await page.getByRole("button", { name: "提交", exact: true }).click();
  await expect(page).toHaveURL(/\/filings\//);
  await expect(page.getByText("提交以后，表里的数都没有变。")).toBeVisible();

  const office = await another(browser, "office");
  await office.goto(`/returns?month=${MONTH}&state=submitted`);
  await office.getByRole("link", { name: RETURN }).click();
  await office.getByRole("button", { name: "审核通过" }).click();
  await office.getByRole("dialog").getByRole("button", { name: "审核通过" }).click();
  await expect(office.getByRole("main")).toContainText("已审核");

  // The record turns out to be wrong: the open page of the one who approved shows it by itself.
  await page.goto(`/programmes/malaria/forms/malaria.blood_test?record=${record}`);
  await page.locator("#field-tested").fill("9");
  const answer = page.waitForResponse((response) => response.url().endsWith("/correction"));
  await page.keyboard.press("Control+S");
  const corrected = writtenBy(await answer);
  const difference = office.getByRole("complementary").getByRole("row").filter({ hasText: "本地居民发热血检" });
  await expect(difference).toContainText(String(filed));
  await expect(difference).toContainText(String(filed + 2));
  await expectAccessible(office);

  // The return goes back with a reason; the record is withdrawn.
  await office.getByRole("button", { name: "退回" }).click();
  await office.getByLabel("原因").fill("演练完毕");
  await office.getByRole("dialog").getByRole("button", { name: "退回" }).click();
  await expect(office.getByRole("complementary")).toContainText("演练完毕");
  await page.evaluate(async (id) => {
    const write = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ reason: "演练完毕" }) };
    await fetch(`/api/v1/records/${id}/withdrawal`, write);
  }, corrected);
  await office.context().close();
});

test("the board keeps its month and state in the address and says what is late", async ({ page }) => {
  await loginAs(page, "publichealth", "/returns?month=2026-10");
  await expect(page.getByRole("status").filter({ hasText: "共" })).toBeVisible();
  await page.getByRole("button", { name: "下一个月" }).click();
  await expect(page.getByRole("combobox", { name: "哪个月该报" })).toHaveValue("2026-11");
  await page.getByRole("button", { name: /逾期/ }).click();
  await expect(page).toHaveURL(/state=overdue/);
  await expect(page.getByRole("grid")).toContainText("逾期");
});
