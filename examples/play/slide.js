// A convolution that slides under the pointer: a window of the picture, times the kernel, is one pixel of the result.

const filters = {
  "an edge, left to right": [-1, 0, 1, -2, 0, 2, -1, 0, 1],
  "an edge, top to bottom": [-1, -2, -1, 0, 0, 0, 1, 2, 1],
  "outlines": [-1, -1, -1, -1, 8, -1, -1, -1, -1],
  "a blur": [1, 2, 1, 2, 4, 2, 1, 2, 1].map((value) => value / 16),
  "sharper": [0, -1, 0, -1, 5, -1, 0, -1, 0],
  "the identity": [0, 0, 0, 0, 1, 0, 0, 0, 0],
};
const slide = { grey: [], result: [], row: 12, column: 12 };

const kernelNow = () => filters[element("filter").value];

/** The picture in grey, 0 to 1; zero outside it, as the convolution pads. */
const greyAt = (row, column) =>
  (row < 0 || column < 0 || row >= boardSide || column >= boardSide ? 0 : slide.grey[row * boardSide + column]);

/** A square of the picture, beginning `up` rows above and columns before a pixel. */
const patch = (row, column, up, size) => Array.from({ length: size }, (_, i) =>
  Array.from({ length: size }, (__, j) => greyAt(row - up + i, column - up + j)));

const mapOf = (words, content, side, kind = "") => html`<svg viewBox="0 0 ${boardSide} ${boardSide}" class="${kind}"
  role="img" aria-label="${words}">${content}<rect class="frame" width="${side}" height="${side}"/></svg>`;

/** Draws both maps, when the picture or the kernel has changed. */
function showSlide() {
  const pixels = boardPixels();
  slide.grey = Array.from({ length: boardSide * boardSide },
    (_, i) => (0.299 * pixels[3 * i] + 0.587 * pixels[3 * i + 1] + 0.114 * pixels[3 * i + 2]) / 255);
  slide.result = ask({ ask: "convolve", values: slide.grey, kernel: kernelNow() }).values;

  const canvas = document.createElement("canvas"), context = canvas.getContext("2d");
  canvas.width = canvas.height = boardSide;
  showPixels(context, slide.grey.flatMap((value) => Array(3).fill(Math.round(255 * value))));
  const [, limit] = extent(slide.result.map(Math.abs)), layers = new Map();
  slide.result.forEach((value, i) => cellColours(value, limit || 1).forEach((colour) => {
    const path = square(i % boardSide, Math.floor(i / boardSide), 1);
    layers.set(colour, (layers.get(colour) ?? "") + path);
  }));
  const cells = [...layers].sort(([a], [b]) => b.includes("weak") - a.includes("weak"));
  draw("before", mapOf("the picture in grey", html`<image href="${canvas.toDataURL()}" width="${boardSide}"
    height="${boardSide}" class="pixels"/>`, 3));
  draw("after", mapOf("the picture after the convolution", [
    html`<path class="cell" d="${square(0, 0, boardSide)}"/>`, cells.map(([colour, path]) => coloured(colour, path)),
  ], 1, "crisp"));
  showWindow();
}

/** A matrix as a table, its numbers above their colours. */
function matrixTable(title, rows, digits = 2, limit = undefined) {
  const most = limit ?? (Math.max(...rows.flat().map(Math.abs)) || 1);
  const cell = (value) => html`<td style="--share:${fixed(Math.min(1, Math.abs(value) / most), 2)}"
    class="${value < 0 ? "below" : "above"}">${plain(Number(fixed(value, digits)) || 0)}</td>`;
  return html`<figure class="matrix"><figcaption>${title}</figcaption><table><tbody>${
    rows.map((row) => html`<tr>${row.map(cell)}</tr>`)}</tbody></table></figure>`;
}

const sign = (words) => html`<span class="operator">${words}</span>`;
const inRows = (values, columns) => Array.from({ length: values.length / columns },
  (_, r) => values.slice(r * columns, (r + 1) * columns));

/** The window: where it is in both maps, and its nine products. */
function showWindow() {
  const { row, column } = slide, kernel = kernelNow(), window9 = patch(row, column, 1, 3);
  const products = window9.map((values, i) => values.map((value, j) => value * kernel[3 * i + j]));
  const move = (id, x, y) => Object.entries({ x, y }).forEach(([name, value]) =>
    element(id).querySelector(".frame").setAttribute(name, value));
  move("before", column - 1, row - 1);
  move("after", column, row);
  draw("products", matrixTable("window", window9, 2, 1), sign("×"), matrixTable("kernel", inRows(kernel, 3), 4),
       sign("="), matrixTable("products", products), sign("sum"),
       html`<strong id="sum">${fixed(slide.result[row * boardSide + column], 3)}</strong>`);
}

function startSliding() {
  draw("filter", Object.keys(filters).map((name) => html`<option>${name}</option>`));
  element("filter").addEventListener("change", showSlide);
  const inside = (value) => Math.min(boardSide - 1, Math.max(0, Math.floor(value)));
  for (const id of ["before", "after"]) {
    const point = (event) => {
      const frame = element(id).getBoundingClientRect();
      slide.row = inside(((event.clientY - frame.top) / frame.height) * boardSide);
      slide.column = inside(((event.clientX - frame.left) / frame.width) * boardSide);
      showWindow();
    };
    element(id).addEventListener("pointermove", point);
    element(id).addEventListener("pointerdown", (event) => {
      point(event);
      takeTile(patch(slide.row, slide.column, 1, 4));
    });
    element(id).addEventListener("keydown", (event) => {
      const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
      if (!step) return;
      event.preventDefault();
      slide.row = inside(slide.row + step[0]);
      slide.column = inside(slide.column + step[1]);
      showWindow();
    });
  }
}
