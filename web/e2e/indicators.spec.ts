import { expect, expectAccessible, loginAs, test } from "./fixtures";

const VILLAGE = "530599100001";
const RATE = "hypertension.standard_rate";

test("from a number to the people behind it to a record", async ({ page }) => {
  await loginAs(page, "publichealth", "/indicators");
  await page.getByLabel("按名称、别名查找").fill("高血压患者规范管理率");
  await page.getByRole("link", { name: "高血压患者规范管理率" }).click();
  await expect(page).toHaveURL(new RegExp(RATE));
  const value = page.locator(".big .number a");
  await expect(value).toHaveText(/%/);
  await expectAccessible(page);

  // The village's number from the table, then those who are still missing.
  const village = page.getByRole("row").filter({ hasText: "老岭" });
  await expect(village).toBeVisible();
  await village.locator(".number a").click();
  await expect(page).toHaveURL(new RegExp(`area=${VILLAGE}.*part=numerator`));
  const made = (await page.locator("dd", { hasText: "/" }).first().innerText()).match(/\d+/g)!.map(Number);
  const [numerator, denominator] = [made[0]!, made[1]!];
  const counted = page.getByRole("status").filter({ hasText: "共" });
  await expect(counted.first()).toContainText(`共 ${numerator} 条`);
  await page.getByRole("link", { name: "还差的人" }).click();
  await expect(counted.first()).toContainText(`共 ${denominator - numerator} 条`);

  // A line leads to the person, whose records stand on the page.
  const line = page.getByRole("grid", { name: /还差的人/ }).getByRole("link").first();
  const name = await line.innerText();
  await line.click();
  await expect(page).toHaveURL(/\/residents\/[0-9a-f-]{36}/);
  await expect(page.getByRole("heading", { level: 1 })).toContainText(name);
  await expect(page.getByRole("article").first()).toBeVisible();
});

test("a number is copied with where it comes from; everything chosen stands in the address", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await loginAs(page, "publichealth", `/indicators/${RATE}?period=2025&by=month&sort=-value`);
  await expect(page.getByRole("button", { name: "按月" })).toHaveAttribute("aria-pressed", "true");
  await page.getByRole("button", { name: "连出处一起复制" }).first().click();
  await expect(page.getByRole("button", { name: "已复制" })).toBeVisible();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied).toContain("高血压患者规范管理率");
  expect(copied).toContain("2025年");
  expect(copied).toMatch(/数据截至第\d+条记录/);

  const numbers = page.getByRole("grid").locator(".bar-cell .number a");
  await expect(numbers.nth(5)).toBeVisible();
  const values = (await numbers.allInnerTexts()).map((text) => Number.parseFloat(text));
  expect(values.length).toBeGreaterThan(5);
  expect(values).toEqual([...values].sort((a, b) => b - a));
});

test("the list of a sensitive programme asks for a reason first", async ({ page }) => {
  await loginAs(page, "publichealth", `/indicators/hiv.tested_total?part=numerator`);
  const dialog = page.getByRole("dialog");
  await expect(dialog.or(page.getByText("没有这个指标")).first()).toBeVisible();
});
