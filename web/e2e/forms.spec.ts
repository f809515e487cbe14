import type { Page } from "@playwright/test";

import { expect, expectAccessible, loginAs, test } from "./fixtures";

const VILLAGE = "530599100206";
const FORM = "hypertension.followup";
const INDICATOR = "hypertension.face_visits";

/** Somebody of a village who is due for the recheck, from the end of the list, so that other tests keep theirs. */
async function somebodyDue(page: Page): Promise<{ resident: string; subject: string; name: string }> {
  const query = { area: VILLAGE, programmes: "hypertension", services: "hypertension.long_unseen", limit: "50" };
  const answer = await page.request.get("/api/v1/due", { params: query });
  const { items } = (await answer.json()) as { items: { resident: string; subject: string; name: string }[] };
  expect(items.length, "somebody is due in the village").toBeGreaterThan(0);
  return items.at(-1)!;
}

async function recordsOf(page: Page, resident: string): Promise<{ id: string; form: string }[]> {
  const answer = await page.request.get(`/api/v1/residents/${resident}/records`, { params: { limit: 20 } });
  return ((await answer.json()) as { items: { id: string; form: string }[] }).items;
}

/** Leaves no trace: what was entered is withdrawn, drafts are thrown away. */
async function undo(page: Page, resident: string, before: Set<string>): Promise<void> {
  // A cookie counts for writing only from the program's own pages.
  const headers = { origin: process.env["QIANMO_URL"]! };
  for (const record of await recordsOf(page, resident)) {
    if (before.has(record.id)) continue;
    const answer = await page.request.post(`/api/v1/records/${record.id}/withdrawal`, { headers, data: { reason: "演练完毕" } });
    expect(answer.status()).toBe(201);
  }
  await page.request.delete(`/api/v1/drafts/form/${FORM}~${resident}`, { headers });
}

/** Goes on with Enter until a field has the keyboard. */
async function onTo(page: Page, field: string): Promise<void> {
  for (let step = 0; step < 30 && !(await page.locator(`[data-field=${field}] :focus`).count()); step++) await page.keyboard.press("Enter");
  await expect(page.locator(`[data-field=${field}] :focus`)).toBeAttached();
}

test("a form is filled in by keyboard alone: a wrong value is told at its field, and the number moves by itself", async ({ page, context }) => {
  await loginAs(page, "publichealth");
  const due = await somebodyDue(page);
  const before = new Set((await recordsOf(page, due.resident)).map((record) => record.id));

  // The number is open in a second window and stays as it is: nobody reloads it.
  const numbers = await context.newPage();
  await numbers.goto(`/indicators/${INDICATOR}?area=${VILLAGE}`);
  const value = numbers.locator(".big .number");
  await expect(value).toHaveText(/\d+/);
  const count = Number(/\d+/.exec(await value.innerText())![0]);

  try {
    await page.goto(`/programmes/hypertension/forms/${FORM}?resident=${due.resident}&subject=${due.subject}`);
    await expect(page.getByRole("link", { name: due.name, exact: true })).toBeVisible();
    await expect(page.locator("[data-field=mode] :focus")).toBeAttached();
    await page.keyboard.press("1");
    await onTo(page, "systolic");
    await page.keyboard.type("999");
    await onTo(page, "diastolic");
    await page.keyboard.type("84");
    await page.keyboard.press("Control+s");

    // Out of range: told at the field, the cursor is there, nothing was saved.
    const systolic = page.locator("#field-systolic");
    await expect(page.locator("#field-systolic-message")).toContainText("允许 60 至 280");
    await expect(systolic).toBeFocused();
    expect((await recordsOf(page, due.resident)).length).toBe(before.size);
    await expectAccessible(page);

    // Below the diastolic: only the server's check knows; it is told at the field as well.
    await systolic.press("Control+a");
    await page.keyboard.type("80");
    await page.keyboard.press("Control+s");
    await expect(page.locator("#field-systolic-message")).toContainText(/收缩压应高于舒张压|通常在/);
    await page.keyboard.press("Control+s");
    await expect(page.locator("#field-systolic-message")).toContainText("收缩压应高于舒张压");

    await systolic.press("Control+a");
    await page.keyboard.type("136");
    await page.keyboard.press("Control+s");
    const saved = Date.now();
    await expect(page.getByRole("status").filter({ hasText: "已保存" })).toBeVisible();
    await expect(value).toHaveText(new RegExp(`^${count + 1}\\D*$`));
    // Within two seconds on a machine of its own; a loaded one may take longer, and that is no fault of the screen.
    test.info().annotations.push({ type: "saved to visible", description: `${Date.now() - saved} ms` });
  } finally {
    await undo(page, due.resident, before);
  }
  await expect(value).toHaveText(new RegExp(`^${count}\\D*$`));
});

test("what was begun is there again when the form is opened anew, and can be thrown away", async ({ page }) => {
  await loginAs(page, "publichealth");
  const due = await somebodyDue(page);
  const address = `/programmes/hypertension/forms/${FORM}?resident=${due.resident}&subject=${due.subject}`;
  try {
    await page.goto(address);
    await page.locator("#field-systolic").fill("141");
    await expect(page.getByRole("status").filter({ hasText: "草稿已存" })).toBeVisible();
    await page.goto("/programmes/hypertension?tab=forms");
    await page.goto(address);
    await expect(page.getByRole("status").filter({ hasText: "接着填" })).toBeVisible();
    await expect(page.locator("#field-systolic")).toHaveValue("141");
    await page.getByRole("button", { name: "不要了，重新填" }).click();
    await expect(page.locator("#field-systolic")).toHaveValue("");
  } finally {
    await undo(page, due.resident, new Set((await recordsOf(page, due.resident)).map((record) => record.id)));
  }
});

test("from a due list one enters one after the other", async ({ page }) => {
  await loginAs(page, "publichealth");
  await page.goto(`/programmes/hypertension?tab=due&area=${VILLAGE}&service=hypertension.long_unseen`);
  const rows = page.getByRole("row");
  await expect(rows.nth(1)).toBeVisible();
  await expectAccessible(page);
  await rows.nth(1).getByRole("link").first().click();
  await expect(page).toHaveURL(/forms\/hypertension\.followup\?.*resident=/);
  const resident = new URL(page.url()).searchParams.get("resident")!;
  const before = new Set((await recordsOf(page, resident)).map((record) => record.id));
  try {
    await expect(page.locator("[data-field=mode] :focus")).toBeAttached();
    await page.keyboard.press("3");
    await page.keyboard.press("Control+Enter");
    await expect(page.getByRole("status").filter({ hasText: "已录入 1 份" })).toBeVisible();
    await expect(page).not.toHaveURL(new RegExp(resident));
  } finally {
    await undo(page, resident, before);
  }
});
