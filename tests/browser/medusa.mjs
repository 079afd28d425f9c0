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
  await page.getByLabel(/e-?mail/i).fill(CUSTOMER.email);
  await page.getByLabel(/first name/i).fill(CUSTOMER.firstName);
  await page.getByLabel(/last name/i).fill(CUSTOMER.lastName);
  await page.getByLabel(/^address|street/i).first().fill(CUSTOMER.address);
  await page.getByLabel(/city/i).fill(CUSTOMER.city);
  await page.getByLabel(/post(al )?code/i).fill(CUSTOMER.postcode);
  await page.getByLabel(/phone/i).fill(CUSTOMER.phone);
  await look("checkout");
  await page.getByRole("button", { name: /place (the )?order|order now/i }).click();
  const thanks = page.getByRole("heading", { name: /thank/i });
  await thanks.waitFor();
  await look("confirmation");
  const said = await page.getByRole("main").innerText();
  return { order: /#(\d+)/.exec(said)?.[1], problems };
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
