import AxeBuilder from "@axe-core/playwright";
import { expect, type Page, test as plain } from "@playwright/test";

export { expect };

/** Tests with the program's address as base. */
export const test = plain.extend({
  // The address is known once the server has started.
  baseURL: async ({}, use) => {
    await use(process.env["QIANMO_URL"]);
  },
});

/** Logs in as one of the demo's accounts, by the form, and opens a screen. */
export async function loginAs(page: Page, account: string, path = "/"): Promise<void> {
  await page.goto("/login");
  await page.getByLabel("账号").fill(account);
  await page.getByLabel("密码").fill(process.env["QIANMO_PASSWORD"] ?? "");
  await page.getByRole("button", { name: "登录" }).click();
  await page.waitForURL((url) => !url.pathname.startsWith("/login"));
  if (path !== "/") await page.goto(path);
}

/** Holds that nothing serious stands in the way of people who use a screen reader or a keyboard. */
export async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  expect(serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" | ").slice(0, 400)}`)).toEqual([]);
}
