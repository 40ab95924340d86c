// Writes the page from its parts: docs/play.sh calls it, with the Node that Emscripten needs anyway.
//
//   node examples/play/assemble.mjs BUILD_FOLDER RUN_FOLDER > PAGE
import { readFileSync, writeSync } from "node:fs";

const [build, run] = process.argv.slice(2), model = `${run}/model.safetensors`;
const folder = new URL(".", import.meta.url).pathname, report = `${folder}../report/`;
const text = (...files) => files.map((file) => readFileSync(file, "utf8")).join("");
const base64 = (bytes) => Buffer.from(bytes).toString("base64");

/** A .safetensors file of F32 with its values rounded to BF16, half the bytes: see core/files/safetensors.h. */
function halved(file) {
  const begin = 8 + Number(file.readBigUInt64LE(0)), header = JSON.parse(file.subarray(8, begin));
  for (const [name, entry] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    if (entry.dtype !== "F32") throw new Error(`${model}: ${name} is ${entry.dtype}, F32 is expected`);
    entry.dtype = "BF16";
    entry.data_offsets = entry.data_offsets.map((offset) => offset / 2);
  }
  const values = Buffer.alloc((file.length - begin) / 2), size = Buffer.alloc(8), words = Buffer.from(JSON.stringify(header));
  for (let i = 0; 2 * i < values.length; ++i) {
    const bits = file.readUInt32LE(begin + 4 * i); // BF16 is the upper half; add what rounds to the nearest even
    values.writeUInt16LE(((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) & 0xffff, 2 * i);
  }
  size.writeBigUInt64LE(BigInt(words.length));
  return Buffer.concat([size, words, values]);
}

const epochs = text(`${run}/log.jsonl`).trim().split("\n").map((line) => JSON.parse(line));
const parts = {
  style: text(`${report}report.css`, `${folder}play.css`),
  data: JSON.stringify({ epochs: epochs.length, accuracy: epochs.at(-1).test_accuracy,
                         model: base64(halved(readFileSync(model))),
                         wasm: base64(readFileSync(`${build}/play.wasm`)) }),
  library: text(`${build}/play.js`),
  script: text(...["markup", "pictures", "kernels"].map((name) => `${report}${name}.js`),
               ...["start", "look", "block", "slide", "winograd", "finish"].map((name) => `${folder}${name}.js`)),
};
writeSync(1, text(`${folder}play.html`).replace(/\{\{(\w+)\}\}/g, (_, name) => parts[name]));
