// Builds the page: node build.mjs FOLDER. What is in FOLDER already is replaced.
import { build } from "esbuild";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";

const out = resolve(process.argv[2] ?? "dist");
const here = (...parts) => join(import.meta.dirname, ...parts);
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

await build({
  entryPoints: { app: here("src/main.ts"), worker: here("src/worker.ts") },
  bundle: true,
  format: "esm",
  target: "es2022",
  minify: true,
  legalComments: "none",  // the licences are in a file of their own
  outdir: out,
});
for (const name of ["index.html", "style.css", "icon.svg", "LICENCES.txt"]) cpSync(here("src", name), join(out, name));

// Compressed here, since not every static host does it; 14.2 MB without. The worker unpacks it.
const runtime = readFileSync(here("node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.wasm"));
writeFileSync(join(out, "onnxruntime.wasm.gz"), gzipSync(runtime, { level: 9 }));
