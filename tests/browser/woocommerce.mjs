// WooCommerce's block pages, and WordPress' administration.

import { CUSTOMER } from "./customer.mjs";

export async function buy({ page, picture, url, title }) {
  await page.goto(url);
  await page.locator("header").getByText(title, { exact: true }).first().waitFor();
  await picture("shop");
  await page.getByRole("button", { name: /add to cart/i }).or(page.getByRole("link", { name: /add to cart/i })).first().click();
  await page.getByText("1 in cart").first().waitFor();
  await page.goto(new URL("/cart/", url).href);
  await page.getByRole("link", { name: /proceed to checkout/i }).waitFor();
  await picture("cart");
  await page.getByRole("link", { name: /proceed to checkout/i }).click();
  await page.locator("#email").fill(CUSTOMER.email);
  const field = (name) => page.locator(`#shipping-${name}`);
  await field("first_name").fill(CUSTOMER.firstName);
  await field("last_name").fill(CUSTOMER.lastName);
  await field("address_1").fill(CUSTOMER.address);
  await field("postcode").fill(CUSTOMER.postcode);
  await field("city").fill(CUSTOMER.city);
  await page.getByText(/cash on delivery/i).first().waitFor();
  await picture("checkout");
  // The page tells the shop what was typed, and moves its button when the answer comes.
  await page.keyboard.press("Tab");
  await page.waitForLoadState("networkidle");
  await page.getByRole("button", { name: /place order/i }).click();
  await page.waitForURL(/order-received/);
  await picture("confirmation");
  return { order: /order-received\/(\d+)/.exec(page.url())?.[1], problems: [] };
}

export async function own({ page, picture, admin_url, username, password, order }) {
  await page.goto(admin_url);
  await page.locator("#user_login").fill(username);
  await page.locator("#user_pass").fill(password);
  await page.locator("#wp-submit").click();
  await page.locator("#wpadminbar").waitFor();
  await page.goto(new URL("/wp-admin/admin.php?page=wc-orders", admin_url).href);
  await page.getByText(`#${order}`).first().waitFor();
  await picture("orders");
  return { order };
}
