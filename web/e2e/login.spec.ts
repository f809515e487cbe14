import { expect, expectAccessible, loginAs, test } from "./fixtures";

test("a stranger is asked to log in and then comes to where they wanted to go", async ({ page }) => {
  await page.goto("/returns?month=2026-10");
  await expect(page.getByRole("button", { name: "登录" })).toBeVisible();
  await expectAccessible(page);
  await page.getByLabel("账号").fill("publichealth");
  await page.getByLabel("密码").fill("wrong-password");
  await page.getByRole("button", { name: "登录" }).click();
  await expect(page.getByRole("alert")).toContainText("STORE-05");
  await page.getByLabel("密码").fill(process.env["QIANMO_PASSWORD"] ?? "");
  await page.getByRole("button", { name: "登录" }).click();
  await expect(page).toHaveURL(/\/returns\?month=2026-10/);
});

test("after logging out nothing can be read any more", async ({ page }) => {
  await loginAs(page, "publichealth");
  await page.getByRole("button", { name: "公卫人员" }).click();
  await page.getByRole("menuitem", { name: "退出" }).click();
  await expect(page.getByRole("button", { name: "登录" })).toBeVisible();
  const answer = await page.request.get("/api/v1/session");
  expect(answer.status()).toBe(401);
});

test("the pages speak English", async ({ page }) => {
  await loginAs(page, "publichealth", "/?lang=en");
  await expect(page.getByRole("navigation", { name: "Main" })).toContainText("Workbench");
});
