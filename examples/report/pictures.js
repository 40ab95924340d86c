
// Charts, and how a picture shows its values.

// ---- Pictures show their values on mouse, touch, or focus and arrow keys.

const pictures = []; // for each: its marks, {box: [x, y, width, height], words}, and the number of marks per row

/** An SVG picture of width x height units; screen readers read the label, and each mark as it is reached. */
function picture(width, height, label, content, marks, perRow = 1, kind = "") {
  const index = pictures.push({ marks, perRow }) - 1;
  return html`<svg viewBox="0 0 ${width} ${height}" class="${kind}" role="img" aria-label="${label}" tabindex="0"
    data-picture="${index}">${content}<rect class="here"/></svg>`;
}

const tip = document.getElementById("tip");
let shown = null; // {svg, index} of the mark whose value is shown

function hideValue() {
  shown?.svg.querySelector(".here").removeAttribute("width");
  shown = null;
  tip.hidden = true;
}

function showValue(svg, index) {
  const { marks } = pictures[svg.dataset.picture];
  if (marks.length === 0) return;
  hideValue();
  shown = { svg, index: Math.min(Math.max(index, 0), marks.length - 1) };
  const { box, words } = marks[shown.index];
  const [x, y, width, height] = box;
  const here = svg.querySelector(".here");
  Object.entries({ x, y, width, height }).forEach(([name, value]) => here.setAttribute(name, value));

  // Above the mark, or below it if there is no room; never beyond the edges of the page.
  tip.textContent = words;
  tip.hidden = false;
  tip.style.left = "0"; // otherwise the page's edge would squeeze it
  const frame = svg.getBoundingClientRect();
  const unit = frame.width / svg.viewBox.baseVal.width;
  const left = frame.left + (x + width / 2) * unit - tip.offsetWidth / 2;
  const above = frame.top + y * unit - tip.offsetHeight - 8;
  const top = above >= 0 ? above : frame.top + (y + height) * unit + 8;
  const farthest = document.documentElement.clientWidth - tip.offsetWidth - 8;
  tip.style.left = `${Math.max(8, Math.min(left, farthest)) + window.scrollX}px`;
  tip.style.top = `${top + window.scrollY}px`;
}

/** The mark at or nearest to a position in the picture; rows count before columns. */
function nearestMark(marks, x, y) {
  const outside = (value, low, size) => Math.max(low - value, value - low - size, 0);
  const distances = marks.map(({ box }) => 1000 * outside(y, box[1], box[3]) + outside(x, box[0], box[2]));
  return distances.reduce((best, distance, i) => (distance < distances[best] ? i : best), 0);
}

function onPointer(event) {
  const svg = event.target.closest?.("[data-picture]");
  if (!svg) return hideValue();
  const frame = svg.getBoundingClientRect();
  const unit = frame.width / svg.viewBox.baseVal.width;
  const { marks } = pictures[svg.dataset.picture];
  showValue(svg, nearestMark(marks, (event.clientX - frame.left) / unit, (event.clientY - frame.top) / unit));
}

function onKey(event) {
  if (event.key === "Escape") return hideValue();
  const svg = event.target.closest?.("[data-picture]");
  if (!svg) return;
  const { perRow } = pictures[svg.dataset.picture];
  const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -perRow, ArrowDown: perRow }[event.key];
  if (step === undefined) return;
  event.preventDefault();
  showValue(svg, shown?.svg === svg ? shown.index + step : 0);
}

document.addEventListener("pointerdown", onPointer);
document.addEventListener("pointermove", onPointer);
document.addEventListener("keydown", onKey);
document.addEventListener("focusin", ({ target }) => {
  if (target.matches("[data-picture]:focus-visible")) showValue(target, 0);
});
document.addEventListener("focusout", hideValue);

// ---- Charts. Units are pixels at the default width: a phone gets a narrower picture, not smaller letters.

const chartWidth = window.innerWidth < 520 ? 350 : 480;
const characterWidth = 7.2; // upper bound for a digit

function extent(values) {
  return values.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [Infinity, -Infinity]);
}

const longest = (texts) => characterWidth * Math.max(0, ...texts.map((text) => text.length));
const label = (x, y, anchor, words, kind = "") =>
  html`<text x="${plain(x)}" y="${plain(y)}" text-anchor="${anchor}" class="${kind}">${words}</text>`;
const straight = (kind, x1, y1, x2, y2) =>
  html`<line class="${kind}" x1="${plain(x1)}" y1="${plain(y1)}" x2="${plain(x2)}" y2="${plain(y2)}"/>`;
const bar = (kind, [x, y, width, height]) =>
  html`<rect class="bar ${kind}" x="${plain(x)}" y="${plain(y)}" width="${plain(width)}" height="${plain(height)}"/>`;

/** About `count` multiples of 1, 2 or 5 times a power of ten, from at or below `low` to at or above `high`. */
function roundTicks(low, high, count, smallestStep = 0) {
  if (!(high > low)) {
    const margin = low === 0 ? 1 : Math.abs(low) / 10;
    [low, high] = [low - margin, low + margin];
  }
  const rough = Math.max((high - low) / count, smallestStep);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * (rough / power < 1.5 ? 1 : rough / power < 3 ? 2 : rough / power < 7 ? 5 : 10);
  const first = Math.floor(low / step + 1e-9), last = Math.ceil(high / step - 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
}

/** Heights of the labels at the ends of lines, 15 apart if they would overlap, none below `limit`. */
function spreadLabels(heights, limit) {
  const order = heights.map((_, i) => i).sort((a, b) => heights[a] - heights[b]);
  const spread = [...heights];
  order.forEach((s, i) => { if (i > 0) spread[s] = Math.max(spread[s], spread[order[i - 1]] + 15); });
  order.reverse().forEach((s, i) => { spread[s] = Math.min(spread[s], i > 0 ? spread[order[i - 1]] - 15 : limit); });
  return spread;
}

/**
 * Lines over a common axis, each interrupted where a value is missing, with its last value next to its end.
 * x: equal steps, with ticks at whole numbers; series: [{name, values}]; text(value), tickText(value) and xText(x)
 * format values and ticks; rule: a value of x to mark.
 */
function lineChart({ title, xLabel, x, series, text, tickText = text, xText = plain, fromZero = false, rule = null,
                     below = "" }) {
  const height = 270, top = 10, bottom = height - 44;
  const isDrawn = x.map((_, i) => series.some(({ values }) => Number.isFinite(values[i])));
  let [xLow, xHigh] = extent(x.filter((_, i) => isDrawn[i]));
  let [yLow, yHigh] = extent(series.flatMap(({ values }) => values.filter(Number.isFinite)));
  if (xLow > xHigh) [xLow, xHigh, yLow, yHigh] = [0, 1, 0, 1];
  if (xLow === xHigh) [xLow, xHigh] = [xLow - 1, xHigh + 1];
  if (fromZero) [yLow, yHigh] = [Math.min(yLow, 0), Math.max(yHigh, 0)];
  const yTicks = roundTicks(yLow, yHigh, 5);
  [yLow, yHigh] = [yTicks[0], yTicks.at(-1)];
  const lasts = series.map(({ values }) => text(values.at(-1)));
  const left = longest(yTicks.map(tickText)) + 10, right = chartWidth - longest(lasts) - 12;
  const placeX = (value) => left + ((value - xLow) / (xHigh - xLow)) * (right - left);
  const placeY = (value) => bottom - ((value - yLow) / (yHigh - yLow)) * (bottom - top);

  const axes = [
    ...yTicks.map((tick) => [straight("grid", left, placeY(tick), right, placeY(tick)),
                             label(left - 8, placeY(tick) + 4.5, "end", tickText(tick))]),
    straight("axis", left, bottom, right, bottom),
    ...roundTicks(xLow, xHigh, 6, 1).filter((tick) => tick >= xLow && tick <= xHigh).map((tick) =>
      [straight("axis", placeX(tick), bottom, placeX(tick), bottom + 5),
       label(placeX(tick), bottom + 19, "middle", xText(tick))]),
    rule === null ? "" : straight("rule", placeX(rule), top, placeX(rule), bottom),
    label((left + right) / 2, height - 5, "middle", xLabel, "quiet"),
  ];
  const lines = series.map(({ values }, s) => {
    const path = x.map((at, i) => {
      if (!Number.isFinite(values[i])) return "";
      return `${Number.isFinite(values[i - 1]) ? "L" : "M"}${fixed(placeX(at), 2)} ${fixed(placeY(values[i]), 2)}`;
    }).join("");
    const dots = x.length > 60 ? [] : x.map((at, i) => Number.isFinite(values[i]) &&
      html`<circle class="dot s${s % 4}" cx="${fixed(placeX(at), 2)}" cy="${fixed(placeY(values[i]), 2)}" r="2.6"/>`);
    return [path && html`<path class="line s${s % 4}" d="${path}"/>`, dots.filter(Boolean)];
  });
  const ended = series.map((_, s) => s).filter((s) => Number.isFinite(series[s].values.at(-1)));
  const heights = spreadLabels(ended.map((s) => placeY(series[s].values.at(-1))), bottom);
  const ends = ended.map((s, i) => label(right + 8, heights[i] + 4.5, "start", lasts[s], `end s${s % 4}`));

  const step = Math.min(...x.slice(1).map((at, i) => at - x[i]), xHigh - xLow);
  const half = ((right - left) * step) / (xHigh - xLow) / 2;
  const band = (at) => {
    const from = Math.max(left, placeX(at) - half), to = Math.min(right, placeX(at) + half);
    return [from, top, to - from, bottom - top];
  };
  const marks = x.map((at, i) => ({
    box: band(at),
    words: [`${xLabel} ${xText(at)}`, ...series.map(({ name, values }) => `${name}: ${text(values[i])}`)].join("\n"),
  })).filter((_, i) => isDrawn[i]);
  const spoken = [`${title} per ${xLabel}`, ...series.map(({ name }, s) => `${name} ends at ${lasts[s]}`)].join("; ");
  return figure(legend(title, series.map(({ name }) => name)),
                picture(chartWidth, height, spoken, [axes, lines, ends], marks, 1, "band"), below && note(below));
}

/**
 * Horizontal bars, each of one part or of several parts end to end.
 * parts: their names, for the legend; bars: [{name, values, words: one text per value, label, colour: of the first}].
 */
function barChart({ title, parts = [], bars }) {
  const row = 25, barHeight = 16;
  const left = longest(bars.map(({ name }) => name)) + 12;
  const right = chartWidth - longest(bars.map((each) => each.label)) - 12;
  const [, longestBar] = extent(bars.map(({ values }) => sum(values)));
  const unit = longestBar > 0 ? (right - left) / longestBar : 0;
  const marks = [];
  const drawn = bars.map(({ name, values, words, label: beside, colour = 0 }, b) => {
    const y = 4 + row * b;
    let x = left;
    const rects = values.map((value, p) => {
      const box = [x, y, Math.max(0, value * unit), barHeight];
      x += box[2];
      if (value > 0) marks.push({ box, words: words[p] });
      return bar(`s${(colour + p) % 4}`, box);
    });
    return [label(left - 8, y + 12.5, "end", name), rects, label(x + 8, y + 12.5, "start", beside)];
  });
  const spoken = [title, ...marks.map(({ words }) => words)].join("; ");
  return figure(legend(title, parts), picture(chartWidth, 4 + row * bars.length, spoken, drawn, marks));
}

/** How many values fall into equal intervals: bars on a logarithmic scale, so that single outliers are visible. */
function histogram(title, { low, high, spread, counts }, colour) {
  const height = 96, base = 76, width = chartWidth / counts.length;
  const [, most] = extent(counts);
  const marks = counts.map((count, i) => {
    const tall = (base * Math.log1p(count)) / Math.log1p(most);
    const from = low + ((high - low) * i) / counts.length, to = low + ((high - low) * (i + 1)) / counts.length;
    const words = `${plain(from, 3)} to ${plain(to, 3)}: ${grouped(count)}`;
    return { box: [i * width, 0, width, base], tall, count, words };
  }).filter(({ count }) => count > 0);
  const zero = (-low / (high - low)) * chartWidth;
  const drawn = [
    marks.map(({ box: [x], tall }) => bar(`s${colour}`, [x, base - tall, width, tall])),
    straight("axis", 0, base, chartWidth, base),
    label(0, height - 4, "start", plain(low, 3), "quiet"),
    label(chartWidth, height - 4, "end", plain(high, 3), "quiet"),
    zero >= 0 && zero <= chartWidth ? straight("axis", zero, base, zero, base + 5) : "",
    zero > 70 && zero < chartWidth - 70 ? label(zero, height - 4, "middle", "0", "quiet") : "",
  ];
  const words = `maximum: ${fixed(spread, 1)} standard deviations`;
  return figure(html`<strong>${title}</strong> <span class="key">${words}</span>`,
                picture(chartWidth, height, `${title}: ${words}`, drawn, marks, 1, "band"));
}
