// Writes the page from its parts: docs/play.sh calls it, with the Node that Emscripten needs anyway.
//
//   node examples/play/assemble.mjs BUILD_FOLDER RUN_FOLDER > PAGE
import { readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const [build, run] = process.argv.slice(2);
const folder = new URL(".", import.meta.url).pathname, report = `${folder}../report/`;
const text = (...files) => files.map((file) => readFileSync(file, "utf8")).join("");
const packed = (bytes) => gzipSync(bytes, { level: 9 }).toString("base64");

const epochs = text(`${run}/log.jsonl`).trim().split("\n").map((line) => JSON.parse(line));
const parts = {
  style: text(`${report}report.css`, `${folder}play.css`),
  data: JSON.stringify({ epochs: epochs.length, accuracy: epochs.at(-1).test_accuracy,
                         model: packed(readFileSync(`${run}/model.safetensors`)),
                         wasm: packed(readFileSync(`${build}/play.wasm`)) }),
  library: text(`${build}/play.js`),
  script: text(...["markup", "pictures", "kernels"].map((name) => `${report}${name}.js`),
               ...["start", "look", "block", "slide", "winograd", "finish"].map((name) => `${folder}${name}.js`)),
};
writeFileSync(1, text(`${folder}play.html`).replace(/\{\{(\w+)\}\}/g, (_, name) => parts[name]));
