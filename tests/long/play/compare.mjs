// The page's program answers as the native one does, and its folded network is faster.
//
//   node compare.mjs BUILD_FOLDER PAGE NATIVE_PROGRAM MODEL_TO_WRITE
//
// Takes the model out of the page and writes it for the native program. Prints a line per check; exit code 1 if one
// fails.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { gunzipSync } from "node:zlib";

import { check, finish } from "./check.mjs";

const [build, page, native, modelFile] = process.argv.slice(2);
const html = readFileSync(page, "utf8");
const data = JSON.parse(html.match(/<script type="application\/json" id="data">(.*?)<\/script>/s)[1]);
const model = gunzipSync(Buffer.from(data.model, "base64"));
writeFileSync(modelFile, model);

const onefoldLibrary = createRequire(import.meta.url)(resolve(build, "play.js"));
const library = await onefoldLibrary({ wasmBinary: readFileSync(`${build}/play.wasm`) });
library.FS.writeFile("model.safetensors", model);
const ask = (question) => JSON.parse(library.ccall("onefold_answer", "string", ["string"], [JSON.stringify(question)]));

const { network, random } = ask({ ask: "blocks" });
const questions = [{ ask: "network" }, { ask: "blocks" }, { ask: "winograd" }];
for (let index = 0; index < 100; ++index) questions.push({ ask: "picture", index });
const pictures = questions.filter((each) => each.ask === "picture").map(ask);
const { mistakes } = ask({ ask: "block", name: network[0] });
pictures.forEach(({ pixels }) => questions.push({ ask: "look", pixels }));
mistakes.forEach(({ name: mistake }) => questions.push({ ask: "look", pixels: pictures[0].pixels, mistake }));
[...network, ...random].forEach((name) => questions.push({ ask: "block", name }));
questions.push({ ask: "convolve", values: pictures[0].pixels.slice(0, 1024), kernel: [1, 2, 1, 0, 0, 0, -1, -2, -1] });
questions.push({ ask: "block", name: "nowhere" });

const input = questions.map((each) => `${JSON.stringify(each)}\n`).join("");
const lines = execFileSync(native, [modelFile], { input, maxBuffer: 1 << 30 });
const natives = lines.toString().trim().split("\n").map((line) => JSON.parse(line));
const answers = questions.map(ask);
check("questions answered natively, and as many in WebAssembly", natives.length, answers.length);

const logits = { trained: 0, folded: 0, largest: 0, forms: 0 };
let right = 0, equal = 0;
const best = (values) => values.indexOf(Math.max(...values));
questions.forEach((question, q) => {
  if (question.ask !== "look" || question.mistake) return;
  const [here, there] = [answers[q], natives[q]];
  for (const form of ["trained", "folded"]) {
    here[form].forEach((value, i) => {
      logits[form] = Math.max(logits[form], Math.abs(value - there[form][i]));
      logits.largest = Math.max(logits.largest, Math.abs(value));
    });
  }
  logits.forms = Math.max(logits.forms, here.difference);
  equal += best(here.trained) === best(here.folded) && best(here.trained) === best(there.trained);
});
const looks = answers.filter((_, q) => questions[q].ask === "look" && !questions[q].mistake);
looks.forEach((answer, i) => (right += best(answer.trained) === pictures[i].label));
const small = (value) => value.toExponential(1);
check(`logits of the trained form, against native: ${small(logits.trained)}, the largest is ` +
      `${logits.largest.toFixed(1)}`, logits.trained <= 2e-5, true);
check(`logits of the folded form, against native: ${small(logits.folded)}`, logits.folded <= 2e-5, true);
check(`trained against folded, in WebAssembly: ${small(logits.forms)}`, logits.forms <= 2e-5, true);
check("predictions equal: both forms, both programs", equal, pictures.length);
check(`test images of ${pictures.length} right: ${right}`, right >= 0.8 * pictures.length, true);

/** The largest difference between two answers, each number relative to the largest in its list, or to 1. */
function difference(a, b, size = 1) {
  if (typeof a === "number" && typeof b === "number") return Math.abs(a - b) / size;
  if (typeof a !== typeof b || a === null || typeof a !== "object") return a === b ? 0 : Infinity;
  const keys = Object.keys(a), numbers = Object.values(a).filter((value) => typeof value === "number").map(Math.abs);
  if (keys.join() !== Object.keys(b).join()) return Infinity;
  return Math.max(0, ...keys.map((key) => difference(a[key], b[key], Math.max(1, ...numbers))));
}
const others = questions.map((question, q) => ({ question, d: difference(answers[q], natives[q]) }));
const worst = others.reduce((most, each) => (each.d > most.d ? each : most));
check(`everything else that is asked: ${small(worst.d)} at most, "${JSON.stringify(worst.question).slice(0, 60)}"`,
      worst.d <= 1e-4, true);

const times = [1, 2, 3, 4, 5].map(() => ask({ ask: "times", batch: 1, seconds: 0.5 }))
  .sort((a, b) => a.trained / a.folded - b.trained / b.folded)[2];
const milliseconds = (seconds) => `${(1e3 * seconds).toFixed(2)} ms`;
check(`an image takes ${milliseconds(times.trained)} trained and ${milliseconds(times.folded)} folded: ` +
      `${(times.trained / times.folded).toFixed(2)} times as fast`, times.trained / times.folded > 1, true);
finish();
