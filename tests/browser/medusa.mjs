// Our storefront, and Medusa's own administration.

import { violations } from "./axe.mjs";
import { CUSTOMER } from "./customer.mjs";

export async function buy({ page, picture, url, title }) {
  const problems = [];
  const look = async (name) => {
    await picture(name);
    problems.push(...(await violations(page)));
  };
  await page.goto(url);
  await page.getByRole("banner").getByText(title, { exact: true }).waitFor();
  const products = page.getByRole("main").getByRole("link");
  await products.first().waitFor();
  await look("products");
  await products.first().click();
  const add = page.getByRole("button", { name: /add to cart/i });
  await add.waitFor();
  await look("product");
  await add.click();
  await page.getByRole("link", { name: /cart.*1/i }).click();
  await page.getByRole("link", { name: /checkout/i }).waitFor();
  await look("cart");
  await page.getByRole("link", { name: /checkout/i }).click();
  await page.getByLabel("E-mail").fill(CUSTOMER.email);
  await page.getByLabel("First name").fill(CUSTOMER.firstName);
  await page.getByLabel("Last name").fill(CUSTOMER.lastName);
  await page.getByLabel("Street and number").fill(CUSTOMER.address);
  await page.getByLabel("Postal code").fill(CUSTOMER.postcode);
  await page.getByLabel("Town or city").fill(CUSTOMER.city);
  await page.getByLabel(/^Phone/).fill(CUSTOMER.phone);
  await look("address");
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByRole("radio", { name: "Cash on delivery" }).check();
  await look("checkout");
  await page.getByRole("button", { name: "Order now" }).click();
  await page.getByRole("heading", { name: /thank you/i }).waitFor();
  await look("confirmation");
  const said = await page.getByRole("main").innerText();
  return { order: /the number (\d+)/.exec(said)?.[1], problems };
}

export async function own({ page, picture, admin_url, username, password, order }) {
  await page.goto(admin_url);
  await page.locator("input[name=email]").fill(username);
  await page.locator("input[name=password]").fill(password);
  await page.getByRole("button", { name: /continue|log ?in|sign in/i }).click();
  await page.getByRole("link", { name: "Orders" }).first().waitFor();
  await page.goto(new URL("/app/orders", admin_url).href);
  await page.getByText(`#${order}`, { exact: true }).first().waitFor();
  await picture("orders");
  return { order };
}
