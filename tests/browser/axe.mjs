// Accessibility, as far as a program can judge it.

import { AxeBuilder } from "@axe-core/playwright";

/** Violations of the open page, one line each. */
export async function violations(page) {
  const found = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]).analyze();
  return found.violations.map(({ id, nodes }) => `${new URL(page.url()).pathname}: ${id} at ${nodes[0].target}`);
}
