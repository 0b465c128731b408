// Bundles the extension into dist/extension.js: one file, nothing to install beside it. With --tests, the tests into dist/test.
import { build } from "esbuild";
import { readdirSync } from "node:fs";

const minify = process.argv.includes("--minify");
const shared = { bundle: true, platform: "node", format: "cjs", target: "node20", external: ["vscode"], logLevel: "warning" };
if (process.argv.includes("--tests")) {
  const tests = readdirSync("test").map((name) => `test/${name}`);
  await build({ ...shared, entryPoints: tests, outdir: "dist/test" });
} else {
  await build({ ...shared, entryPoints: ["src/extension.ts"], outfile: "dist/extension.js", minify, sourcemap: !minify, legalComments: "eof" });
}
