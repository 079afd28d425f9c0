// Starts Swagger UI with storebot's own document. A token that is typed in stays in this page and ends with it.

const dark = window.matchMedia("(prefers-color-scheme: dark)");
const dress = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dress();
dark.addEventListener("change", dress);

/** Of the ways to say who one is, only a token can be typed in: a delivery's signature is made of its body. */
const onlyTokens = () => ({
  statePlugins: {
    auth: {
      wrapSelectors: {
        definitionsToAuthorize: (original) => (...all) => original(...all)?.filter((one) => one.has("bearer")),
      },
    },
  },
});

/** Fields that may stay empty begin empty: their examples would be sent with whatever is tried. */
const withoutOptionalExamples = (spec) => {
  for (const operation of Object.values(spec.paths).flatMap(Object.values)) {
    for (const parameter of operation.parameters ?? []) {
      if (parameter.required) continue;
      delete parameter.example;
      delete parameter.schema?.example;
    }
  }
  return spec;
};

const show = (spec) =>
  SwaggerUIBundle({
    spec: withoutOptionalExamples(spec),
    dom_id: "#swagger-ui",
    layout: "BaseLayout",
    presets: [SwaggerUIBundle.presets.apis],
    plugins: [onlyTokens],
    deepLinking: true,
    // Nothing is told to anybody else.
    validatorUrl: null,
    persistAuthorization: false,
    tryItOutEnabled: true,
    displayRequestDuration: true,
    defaultModelsExpandDepth: 0,
  });

fetch("/openapi.json")
  .then((answer) => answer.json())
  .then(show)
  .catch(() => {
    document.getElementById("swagger-ui").textContent = "The document cannot be loaded. Load the page again.";
  });
