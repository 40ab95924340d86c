// Uses the page as a reader does, in headless Chromium: opens it from its file, draws, drags and clicks.
//
//   node browser.mjs CHROMIUM PAGE FOLDER_FOR_SCREENSHOTS
//
// Prints a line per check; exit code 1 if one fails. Speaks Chromium's own protocol, over pipes.
import { spawn } from "node:child_process";
import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

import { check, finish } from "./check.mjs";

const [chromium, page, folder] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });

// ---- Chromium's protocol: JSON messages that end in a zero byte, on file descriptors 3 and 4.

const browser = spawn(chromium, ["--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe",
  `--user-data-dir=${resolve(folder, "profile")}`, "about:blank"],
  { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
const pending = new Map(), events = [];
let messages = 0, text = "";
browser.stdio[4].on("data", (bytes) => {
  const parts = (text + bytes).split("\0");
  text = parts.pop();
  for (const message of parts.map((part) => JSON.parse(part))) {
    if (message.id === undefined) events.push(message);
    else pending.get(message.id)(message);
  }
});

let session;
async function send(method, params = {}) {
  const id = ++messages;
  const reply = new Promise((done) => pending.set(id, done));
  browser.stdio[3].write(`${JSON.stringify({ id, method, params, sessionId: session })}\0`);
  const { error, result } = await reply;
  if (error) throw new Error(`${method}: ${error.message}`);
  return result;
}

const { targetInfos } = await send("Target.getTargets");
const { targetId } = targetInfos.find(({ type }) => type === "page");
session = (await send("Target.attachToTarget", { targetId, flatten: true })).sessionId;
for (const domain of ["Page", "Runtime", "Network", "Log", "DOM"]) await send(`${domain}.enable`);

async function tell(expression) {
  const { result, exceptionDetails } = await send("Runtime.evaluate",
    { expression, awaitPromise: true, returnByValue: true });
  if (exceptionDetails) throw new Error(`${expression}: ${exceptionDetails.exception?.description}`);
  return result.value;
}

async function until(condition, seconds = 60) {
  for (const end = Date.now() + 1000 * seconds; Date.now() < end;) {
    if (await tell(condition)) return true;
    await new Promise((done) => setTimeout(done, 50));
  }
  return false;
}

// ---- A reader's hands

const frames = () => tell("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(0))))");
const textOf = (selector) => tell(`document.querySelector(${JSON.stringify(selector)})?.textContent ?? ""`);

/** A point of an element, as shares of its width and height, in the window. */
async function point(selector, x, y) {
  return tell(`(() => { const each = document.querySelector(${JSON.stringify(selector)});
    each.scrollIntoView({ block: "center" });
    const { left, top, width, height } = each.getBoundingClientRect();
    return { x: left + ${x} * width, y: top + ${y} * height }; })()`);
}

async function drag(selector, ...places) {
  const points = [];
  for (const [x, y] of places) points.push(await point(selector, x, y));
  const mouse = (type, { x, y }) =>
    send("Input.dispatchMouseEvent", { type, x, y, button: "left", buttons: 1, clickCount: 1 });
  await mouse("mousePressed", points[0]);
  for (const each of points.slice(1)) await mouse("mouseMoved", each);
  await mouse("mouseReleased", points.at(-1));
  await frames();
}

const click = (selector) => drag(selector, [0.5, 0.5]);

async function choose(selector, value) {
  await tell(`(() => { const each = document.querySelector(${JSON.stringify(selector)});
    each.value = ${JSON.stringify(value)}; each.dispatchEvent(new Event("change", { bubbles: true })); })()`);
  await frames();
}

async function open(width, dark) {
  await send("Emulation.setDeviceMetricsOverride",
    { width, height: 900, deviceScaleFactor: 1, mobile: width < 600 });
  await send("Emulation.setEmulatedMedia",
    { features: [{ name: "prefers-color-scheme", value: dark ? "dark" : "light" }] });
  await send("Page.navigate", { url: pathToFileURL(resolve(page)).href });
  return until("document.querySelector('main')?.hidden === false && document.querySelector('#times dd') !== null");
}

async function screenshot(name) {
  const { cssContentSize } = await send("Page.getLayoutMetrics");
  const { data } = await send("Page.captureScreenshot",
    { captureBeyondViewport: true, clip: { x: 0, y: 0, width: cssContentSize.width, height: cssContentSize.height,
                                           scale: 1 } });
  writeFileSync(resolve(folder, `${name}.png`), Buffer.from(data, "base64"));
}

// ---- The page

check(`bytes: ${statSync(page).size}, below 2.5 MB`, statSync(page).size < 2.5e6, true);
check("it starts from its file", await open(1280, false), true);

const numbers = async (selector) => (await tell(`[...document.querySelectorAll(${JSON.stringify(selector)})].map(
  (each) => Number(each.textContent))`));
const logitsOf = (column) => numbers(`#logits tbody tr td:nth-child(${column})`);
const farthest = (a, b) => Math.max(...a.map((value, i) => Math.abs(value - b[i])));

for (let image = 1; image <= 10; ++image) {
  await click(`#gallery button:nth-child(${image})`);
  const trained = await logitsOf(2), folded = await logitsOf(3);
  if (image === 1 || image === 10 || farthest(trained, folded) > 3e-5) {
    check(`image ${image}: ten logits, the same of both forms`, [trained.length, farthest(trained, folded) <= 3e-5],
          [10, true]);
  }
}
const seconds = await tell("ask({ ask: 'times', batch: 1, seconds: 0.5 })");
check(`folded ${(seconds.trained / seconds.folded).toFixed(2)} times as fast in the browser`,
      seconds.trained / seconds.folded > 1, true);

await click("#clear");
const empty = await logitsOf(2);
await drag("#board", [0.25, 0.25], [0.75, 0.25], [0.75, 0.75], [0.25, 0.75], [0.25, 0.25]);
check("a drawn square changes the logits", farthest(empty, await logitsOf(2)) > 0.1, true);
check("both forms agree on it", farthest(await logitsOf(2), await logitsOf(3)) <= 3e-5, true);

const { root } = await send("DOM.getDocument");
const { nodeId } = await send("DOM.querySelector", { nodeId: root.nodeId, selector: "#file" });
const picture = resolve(folder, "red.png"), red = await tell(`(() => {
  const canvas = document.createElement("canvas"), context = canvas.getContext("2d");
  context.fillStyle = "rgb(192, 32, 32)";
  context.fillRect(0, 0, canvas.width, canvas.height);
  return canvas.toDataURL().split(",")[1]; })()`);
writeFileSync(picture, Buffer.from(red, "base64"));
const words = resolve(folder, "words.png");
writeFileSync(words, "not a picture");
await send("DOM.setFileInputFiles", { nodeId, files: [words] });
check("a file that is none is named", await until("element('refused').textContent.startsWith('words.png is no')", 10),
      true);
await send("DOM.setFileInputFiles", { nodeId, files: [picture] });
check("a file becomes the picture", await until("boardPixels().slice(0, 3).join() === '192,32,32'", 10), true);

// ---- The block

const difference = async () => Number(await textOf("#difference"));
check("blocks to choose from", await tell("document.querySelectorAll('#block option').length"), 9 + 15);
for (const name of await tell("[...document.querySelectorAll('#block option')].map((option) => option.value)")) {
  await choose("#block", name);
  await choose("#step", "99"); // the last
  await tell("showStep()");
  const at = await tell("[element('step').value, element('step').max].map(Number)");
  const largest = await tell("fold.answer.demonstration.largest_output");
  const holds = at[0] === at[1] && await difference() <= 1e-5 * largest;
  if (!holds || name === "repvgg") check(`${name}: the folded block is the trained one`, holds, true);
}
await choose("#block", "stages.1.0");
const before = await tell("fold.answer.demonstration.shares.map(({ share }) => share)");
await drag("#sliders label:nth-child(2) input", [0.66, 0.5], [0.9, 0.5], [0.4, 0.5]);
const after = await tell("fold.answer.demonstration.shares.map(({ share }) => share)");
check("a dragged slider changes the branches' shares", farthest(before, after) > 0.05, true);
check("the slider's words", await textOf("#sliders label:nth-child(2) output"),
      await tell("fold.weights[1].toFixed(2)"));
check("and both networks still agree", farthest(await logitsOf(2), await logitsOf(3)) <= 1e-4, true);
const titles = [];
for (let step = 0; step < 6; ++step) {
  titles.push(await textOf("#kernels h3"));
  await click("#next");
}
check("six steps", new Set(titles).size, 6);
await click("#back");

// ---- Mistakes

await choose("#block", "stages.1.0");
await click("#gallery button:nth-child(1)");
await click("#mistakes label:nth-child(2) input");
check("a mistake is as large as it is", Number(await textOf("#error")) > 0.01, true);
check("and changes the network", (await textOf("#wrong-winner")) !== "", true);
await click("#mistakes label:nth-child(9) input");
check("one mistake at a time", await tell("document.querySelectorAll('#mistakes input:checked').length"), 1);
await click("#mistakes label:nth-child(9) input");
check("and none", await textOf("#damage"), "Turn one on.");

// ---- The convolution and the tile

const sumNow = async () => Number(await textOf("#sum"));
const where = await point("#before", 0.5, 0.5);
await send("Input.dispatchMouseEvent", { type: "mouseMoved", ...where });
const first = await textOf("#products");
await send("Input.dispatchMouseEvent", { type: "mouseMoved", x: where.x + 60, y: where.y + 60 });
check("the window follows the pointer", (await textOf("#products")) !== first, true);
check("its nine products add up", Math.abs(await sumNow() - await tell(`(() => { const kernel = kernelNow();
  return sum(patch(slide.row, slide.column, 1, 3).flat().map((value, i) => value * kernel[i])); })()`)) < 1e-3, true);
await click("#after");
check("a click takes a tile", await tell(`JSON.stringify(tile.d) === JSON.stringify(
  patch(slide.row, slide.column, 1, 4).map((row) => row.map((value) => Math.round(9 * value))))`), true);
for (let step = 0; step < 8; ++step) await click("#tile-next");
const outputs = await numbers("#tile .matrix:first-child td"), direct = await numbers("#tile .matrix:last-child td");
check("Winograd's outputs are the direct ones", [outputs.length, farthest(outputs, direct) < 1e-9], [4, true]);

// ---- Every screen

for (const [width, dark] of [[1280, false], [1280, true], [390, false], [390, true]]) {
  const name = `${width}-${dark ? "dark" : "light"}`;
  await open(width, dark);
  await choose("#block", dark ? "unireplk" : "dbb"); // four branches with long names; four, of which two have mistakes
  await click("#next");
  await click("#mistakes label:nth-child(8) input");
  for (let step = 0; step < 5; ++step) await click("#tile-next");
  await send("Input.dispatchMouseEvent", { type: "mouseMoved", x: 1, y: 1 });
  check(`${name}: nothing to scroll sideways`, await tell("document.documentElement.scrollWidth <= innerWidth"), true);
  check(`${name}: background`, await tell("getComputedStyle(document.body).backgroundColor"),
        dark ? "rgb(13, 17, 23)" : "rgb(255, 255, 255)");
  await screenshot(name);
}

const requests = events.filter(({ method }) => method === "Network.requestWillBeSent")
  .map(({ params }) => params.request.url)
  .filter((url) => !/^(data|blob):/.test(url) && url !== pathToFileURL(resolve(page)).href);
check("requests other than for the page itself", requests, []);
const complaints = events.filter(({ method }) => ["Runtime.exceptionThrown", "Log.entryAdded",
  "Runtime.consoleAPICalled"].includes(method)).map(({ params }) => JSON.stringify(params).slice(0, 300));
check("complaints on the console", complaints, []);
browser.kill();
finish();
