// Accessibility, as far as a program can judge it.

import { AxeBuilder } from "@axe-core/playwright";

/** Violations of the open page, one line each; `without`: a selector of what is not judged. */
export async function violations(page, without) {
  const builder = new AxeBuilder({ page });
  if (without) builder.exclude(without);
  const found = await builder.withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]).analyze();
  return found.violations.map(({ id, nodes }) => `${new URL(page.url()).pathname}: ${id} at ${nodes[0].target}`);
}
