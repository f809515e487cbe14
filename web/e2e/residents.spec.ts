import type { Page } from "@playwright/test";

import { expect, expectAccessible, loginAs, test } from "./fixtures";

const TOWNSHIP = "530599100000";

/** Who is found under a name, by id and village. */
async function found(page: Page, name: string): Promise<{ id: string; area: string }> {
  const answer = await page.request.get("/api/v1/residents", { params: { q: name, limit: 50 } });
  const { items } = (await answer.json()) as { items: { id: string; name: string; area: string }[] };
  const one = items.find((resident) => resident.name === name);
  expect(one, `${name} is in the golden township`).toBeDefined();
  return one!;
}

/** How many lines a due list says it has. */
async function listed(page: Page, query: string): Promise<number> {
  await page.goto(`/residents?${query}`);
  const status = page.getByRole("status").filter({ hasText: "共" });
  await expect(status).toBeVisible();
  return Number(/共\s*([\d,]+)\s*条/.exec((await status.innerText()).replaceAll(" ", ""))![1]!.replaceAll(",", ""));
}

/** Withdraws the newest record on the page of somebody, with a reason. */
async function withdrawNewest(page: Page, form: string): Promise<void> {
  const newest = page.getByRole("article").filter({ hasText: form }).first();
  await newest.getByRole("button").first().click();
  await newest.getByRole("button", { name: "撤销", exact: true }).click();
  await page.getByLabel("为什么撤销").fill("演练完毕");
  await page.getByRole("dialog").getByRole("button", { name: "撤销", exact: true }).click();
  await expect(page.getByRole("dialog")).toBeHidden();
}

test("somebody is found by initials, followed up by keyboard alone, and the overdue list shrinks", async ({ page }) => {
  const name = "石莉兰";
  const overdue = `area=530599100205&programme=hypertension&state=overdue`;
  await loginAs(page, "publichealth");
  const before = await listed(page, overdue);

  await page.goto("/");
  await expect(page.getByRole("heading", { name: "工作台" })).toBeVisible();
  await page.keyboard.press("/");
  await page.keyboard.type("sll");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/residents\?q=sll/);
  await expect(page.getByPlaceholder("姓名、拼音首字母、证件号或电话").last()).toBeFocused();
  const rows = page.getByRole("row");
  await expect(rows.filter({ hasText: name })).toHaveCount(1);
  for (let step = 0; step < 60; step++) {
    await page.keyboard.press("ArrowDown");
    if (await rows.filter({ hasText: name }).getAttribute("aria-selected") === "true") break;
  }
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name, level: 1 })).toBeFocused();
  await expectAccessible(page);

  for (let step = 0; step < 20 && (await page.evaluate(() => document.activeElement?.textContent)) !== "填表"; step++) await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/programmes\/hypertension\/forms\/hypertension\.followup\?/);
  await expect(page.getByText("随访方式").first()).toBeVisible();
  await expect(page.locator("[data-field=mode] :focus")).toBeAttached();
  await page.keyboard.press("1");
  for (const [field, value] of [["systolic", "132"], ["diastolic", "82"]] as const) {
    for (let step = 0; step < 30 && !(await page.locator(`[data-field=${field}] :focus`).count()); step++) await page.keyboard.press("Tab");
    await page.keyboard.type(value);
  }
  await page.keyboard.press("Control+s");
  await expect(page.getByRole("status").filter({ hasText: /已保存|已存/ })).toBeVisible();

  expect(await listed(page, overdue)).toBeLessThan(before);

  const { id } = await found(page, name);
  await page.goto(`/residents/${id}`);
  await withdrawNewest(page, "高血压患者随访服务记录表");
  expect(await listed(page, overdue)).toBe(before);
});

test("two entries are made one, with what speaks against it shown, and made two again", async ({ page }) => {
  await loginAs(page, "publichealth");
  const [kept, given] = [await found(page, "汤倩仙"), await found(page, "宋荣玉")];
  const records = async (id: string) => {
    await page.goto(`/residents/${id}`);
    const head = page.getByRole("heading", { name: /全部记录/ });
    await expect(head).toBeVisible();
    return Number(/(\d+)/.exec(await head.innerText())![1]);
  };
  const [own, others] = [await records(kept.id), await records(given.id)];

  await page.goto(`/residents/${kept.id}`);
  await page.getByRole("link", { name: "这个人有两份档案" }).click();
  await page.getByLabel("另一份档案").fill("宋荣玉");
  await page.getByRole("option", { name: /宋荣玉/ }).first().click();
  await expect(page.getByRole("alert").filter({ hasText: "出生日期不一样" })).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("button", { name: "合并到汤倩仙的这份档案" }).click();
  await expect(page.getByText("另有 1 份档案并入了这一份")).toBeVisible();
  expect(await records(kept.id)).toBeGreaterThanOrEqual(own + others);
  // The entry given up leads to the one kept.
  await page.goto(`/residents/${given.id}`);
  await expect(page.getByRole("heading", { name: "汤倩仙", level: 1 })).toBeVisible();

  await page.getByRole("button", { name: /撤销 .* 的合并/ }).click();
  await page.getByLabel("为什么撤销").fill("不是同一个人");
  await page.getByRole("dialog").getByRole("button", { name: "撤销", exact: true }).click();
  await expect(page.getByText("另有 1 份档案并入了这一份")).toBeHidden();
  await page.goto(`/residents/${given.id}`);
  await expect(page.getByRole("heading", { name: "宋荣玉", level: 1 })).toBeVisible();
  expect(await records(kept.id)).toBe(own);
});

test("a record is corrected, and what it said before stays in its history", async ({ page }) => {
  await loginAs(page, "publichealth");
  const { id } = await found(page, "高永刚");
  await page.goto(`/residents/${id}?programme=hypertension`);
  const newest = page.getByRole("article").filter({ hasText: "高血压患者随访服务记录表" }).first();
  await newest.getByRole("button").first().click();
  await newest.getByRole("button", { name: "更正", exact: true }).click();
  const dialog = page.getByRole("dialog");
  const exercise = dialog.locator("[data-field=exercise_minutes] input");
  await expect(exercise).not.toHaveValue("");
  const before = await exercise.inputValue();
  const after = before === "61" ? "62" : "61";
  await exercise.fill(after);
  await page.keyboard.press("Control+s");
  await expect(dialog).toBeHidden();
  await expect(newest.getByText("更正过")).toBeVisible();
  await expect(newest.getByRole("deletion").last()).toContainText(before);
  await expect(newest.getByRole("insertion").last()).toContainText(after);

  // As it was.
  await newest.getByRole("button", { name: "更正", exact: true }).click();
  await exercise.fill(before);
  await page.keyboard.press("Control+s");
  await expect(dialog).toBeHidden();
});

test("whole numbers are shown only when asked for", async ({ page }) => {
  await loginAs(page, "publichealth");
  const { id } = await found(page, "高永刚");
  await page.goto(`/residents/${id}`);
  const number = page.locator("dl > div").filter({ hasText: "公民身份号码" });
  await expect(number).toContainText("**********");
  await page.getByRole("button", { name: "显示完整号码" }).click();
  await expect(number).not.toContainText("*");
  await expect(page.getByText("这次查看已记入日志")).toBeVisible();
});

test("a worker of another village sees nothing of it", async ({ page, browser }) => {
  await loginAs(page, "publichealth");
  const stranger = await found(page, "石莉兰");
  expect(stranger.area).toBe("530599100205");

  const other = await browser.newPage({ baseURL: process.env["QIANMO_URL"] });
  await loginAs(other, "doctor", "/residents?q=石莉兰");
  await expect(other.getByText("没有找到“石莉兰”")).toBeVisible();
  await other.goto(`/residents/${stranger.id}`);
  await expect(other.getByRole("alert")).toContainText("SERVER-0104");
  await other.goto(`/residents?area=${stranger.area}`);
  await expect(other.getByRole("alert")).toContainText("ACCESS-");
  await other.goto("/residents");
  await expect(other.getByRole("row").nth(1)).toContainText("老岭社区");
  await expect(other.getByRole("grid")).not.toContainText("大井");
  await other.close();
  // The township sees them.
  await page.goto(`/residents?area=${TOWNSHIP}&q=石莉兰`);
  await expect(page.getByRole("row").filter({ hasText: "石莉兰" })).toHaveCount(1);
});
