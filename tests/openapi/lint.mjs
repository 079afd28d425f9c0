// The document's second judge: Redocly's reading of OpenAPI 3.1, which shares nothing with the first one's.
//
//   node lint.mjs DOCUMENT

import { createConfig, formatProblems, lint } from "@redocly/openapi-core";

const config = await createConfig({
  rules: {
    struct: "error",
    "no-unresolved-refs": "error",
    "no-ambiguous-paths": "error",
    "no-identical-paths": "error",
    "no-path-trailing-slash": "error",
    "no-invalid-media-type-examples": { severity: "error", allowAdditionalProperties: true },
    "no-invalid-parameter-examples": "error",
    "no-invalid-schema-examples": { severity: "error", allowAdditionalProperties: true },
    "no-enum-type-mismatch": "error",
    "no-required-schema-properties-undefined": "error",
    "no-schema-type-mismatch": "error",
    "no-undefined-server-variable": "error",
    "no-unused-components": "error",
    "operation-2xx-response": "error",
    "operation-4xx-response": "error",
    "operation-description": "error",
    "operation-operationId": "error",
    "operation-operationId-unique": "error",
    "operation-operationId-url-safe": "error",
    "operation-parameters-unique": "error",
    "operation-summary": "error",
    "operation-tag-defined": "error",
    "parameter-description": "error",
    "path-declaration-must-exist": "error",
    "path-not-include-query": "error",
    "path-parameters-defined": "error",
    "security-defined": "error",
    "spec-components-invalid-map-name": "error",
    "tag-description": "error",
    "info-license": "error",
    "no-duplicated-tag-names": "error",
  },
});
const problems = await lint({ ref: process.argv[2], config });
if (problems.length > 0) {
  formatProblems(problems, { format: "codeframe", totals: { errors: problems.length, warnings: 0, ignored: 0 }, version: "2" });
  process.exit(1);
}
console.log(`${process.argv[2]} is good`);
