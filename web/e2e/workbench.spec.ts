import type { Page } from "@playwright/test";

import { expect, expectAccessible, loginAs, test } from "./fixtures";

const TOWNSHIP = "530599100000";

/** Asks the server as the page does, within its session. */
async function ask<Answer>(page: Page, path: string, body?: object): Promise<Answer> {
  return page.evaluate(
    async ([address, sent]) => {
      const answer = await fetch(address as string, sent ? { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(sent) } : {});
      return (await answer.json()) as never;
    },
    [path, body] as const,
  );
}

interface Line {
  subject: string;
  kind: string;
  resident: string;
  area: string;
  name: string;
}

/** Sends a follow-up with an impossible blood pressure, as a village's device would; answers whose it is. */
async function sendWrong(page: Page, which: number): Promise<Line & { record: string }> {
  const { items } = await ask<{ items: Line[] }>(page, `/api/v1/due?area=${TOWNSHIP}&programmes=hypertension&state=overdue&limit=50`);
  const { today } = await ask<{ today: string }>(page, "/api/v1/version");
  const line = items.filter(({ kind }) => kind === "hypertension_patient")[which]!;
  const record = await page.evaluate(() => crypto.randomUUID());
  const { subject, kind, resident, area } = line;
  const values = { mode: "1", systolic: 20, diastolic: 10 };
  const outcome = await ask<{ state: string }>(page, "/api/v1/records", { id: record, form: "hypertension.followup", kind, subject, resident, area, at: today, recorded_at: Date.now(), values });
  expect(outcome.state).toBe("quarantined");
  return { ...line, record };
}

test("the workbench says what is owed and overdue, and a number leads to its list", async ({ page }) => {
  await loginAs(page, "publichealth");
  await expect(page.getByRole("heading", { name: "本月该交的报表" })).toBeVisible();
  const table = page.getByRole("table", { name: "到期情况" });
  await expect(table.getByRole("rowheader", { name: "高血压患者健康管理" })).toBeVisible();
  await expectAccessible(page);
  const cell = table.getByRole("link", { name: "高血压患者健康管理，大井村民委员会" });
  const { villages } = await ask<{ villages: { area: string; programmes: Record<string, { overdue: number }> }[] }>(page, `/api/v1/due/totals?area=${TOWNSHIP}`);
  const overdue = villages.find(({ area }) => area === "530599100205")!.programmes["hypertension"]!.overdue;
  await expect(cell).toHaveText(String(overdue));
  await cell.click();
  await expect(page).toHaveURL(/\/programmes\/hypertension\?tab=due&area=530599100205&state=overdue/);
  await expect(page.getByText("大井", { exact: false }).first()).toBeVisible();
});

test("what may not be overdue is asked of one village only by its doctor", async ({ page }) => {
  await loginAs(page, "doctor");
  const table = page.getByRole("table", { name: "到期情况" });
  await expect(table).toBeVisible();
  await expect(table).not.toContainText("大井");
  await expect(page.getByRole("heading", { name: "等人处理的记录" })).toBeHidden();
});

test("a record that couldn't be taken is dismissed with a reason", async ({ page }) => {
  await loginAs(page, "publichealth");
  await sendWrong(page, 20);
  await page.goto("/arrivals");
  await page.getByRole("row").nth(1).click();
  await expect(page.getByRole("button", { name: "不收" })).toBeDisabled();
  await expectAccessible(page);
  await page.getByLabel("给填表人的话").fill("血压填错了，请重新量");
  await page.getByRole("button", { name: "不收" }).click();
  await expect(page).toHaveURL(/\/arrivals$/);
  await page.getByText("不收", { exact: true }).click();
  await expect(page.getByRole("row").nth(1)).toContainText("高血压患者随访服务记录表");
});

test("a record that couldn't be taken is mended and released", async ({ page }) => {
  await loginAs(page, "publichealth");
  const sent = await sendWrong(page, 21);
  await page.goto("/");
  await expect(page.getByText(/没能入库，改一改或说明原因/)).toBeVisible();
  await page.goto("/arrivals");
  await page.getByRole("row").nth(1).click();
  // Not yet: one of the two is still impossible.
  await page.locator("[data-field=systolic] input").fill("130");
  await page.getByRole("button", { name: "放行入库" }).click();
  await expect(page.getByRole("heading", { level: 3 }).first()).toBeVisible();
  await expect(page).not.toHaveURL(/\/arrivals$/);
  await page.locator("[data-field=diastolic] input").fill("80");
  await page.getByRole("button", { name: "放行入库" }).click();
  await expect(page).toHaveURL(/\/arrivals$/);
  await page.goto(`/residents/${sent.resident}?programme=hypertension`);
  const fact = page.getByRole("article").first();
  await expect(fact).toContainText("130mmHg");
  // As it was.
  await ask(page, `/api/v1/records/${sent.record}/withdrawal`, { reason: "演练完毕" });
});
