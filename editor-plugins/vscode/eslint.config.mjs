import js from "@eslint/js";
import ts from "typescript-eslint";

export default ts.config(
  { ignores: ["dist/", "node_modules/"] },
  { files: ["src/**/*.ts", "test/**/*.ts"], extends: [js.configs.recommended, ...ts.configs.strictTypeChecked, ...ts.configs.stylisticTypeChecked], languageOptions: { parserOptions: { projectService: true } },
    rules: {
      // The runner waits for its tests itself.
      "@typescript-eslint/no-floating-promises": ["error", { allowForKnownSafeCalls: [{ from: "package", name: "test", package: "node:test" }] }],
      // Numbers in texts are wanted.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
    } },
  { files: ["*.mjs"], extends: [js.configs.recommended], languageOptions: { globals: { process: "readonly", console: "readonly" } } },
);
