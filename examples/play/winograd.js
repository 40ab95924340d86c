// A tile of Winograd's F(2x2,3x3), step by step: y = A^T [(G g G^T) . (B^T d B)] A.

const tile = {
  matrices: null, // bt, g and at, as the library uses them
  d: [[1, 2, 0, 1], [0, 3, 1, 2], [2, 1, 4, 0], [1, 0, 2, 3]],
  g: [[1, 0, -1], [2, 0, -2], [1, 0, -1]],
};

const transposed = (m) => m[0].map((_, j) => m.map((row) => row[j]));
const product = (a, b) => a.map((row) => transposed(b).map((column) => sum(row.map((value, i) => value * column[i]))));
const elementwise = (a, b) => a.map((row, i) => row.map((value, j) => value * b[i][j]));

/** The four outputs as chapter 0 computes them: nine products each. */
const direct = (d, g) => [0, 1].map((p) => [0, 1].map((q) =>
  sum(g.flatMap((row, r) => row.map((value, s) => value * d[p + r][q + s])))));

/** Each step: what it computes, from which matrices, with how many multiplications. */
function tileSteps({ d, g, matrices: { bt, g: gt, at } }) {
  const left = product(bt, d), v = product(left, transposed(bt)), half = product(gt, g);
  const u = product(half, transposed(gt)), m = elementwise(u, v), upper = product(at, m);
  const y = product(upper, transposed(at));
  return [
    { title: "A tile of the picture, d, and a kernel, g", parts: [["d", d], ["g", g]], signs: ["and"] },
    { title: "The tile's columns: additions only", parts: [["Bᵀ", bt], ["d", d], ["Bᵀ d", left]] },
    { title: "The tile's rows", parts: [["Bᵀ d", left], ["B", transposed(bt)], ["V = Bᵀ d B", v]] },
    { title: "The kernel's columns: once for all tiles", parts: [["G", gt], ["g", g], ["G g", half]] },
    { title: "The kernel's rows", parts: [["G g", half], ["Gᵀ", transposed(gt)], ["U = G g Gᵀ", u]] },
    { title: "Number by number: the 16 multiplications", signs: ["⊙"],
      parts: [["U", u], ["V", v], ["M = U ⊙ V", m]] },
    { title: "Back: columns", parts: [["Aᵀ", at], ["M", m], ["Aᵀ M", upper]] },
    { title: "Back: rows, the four outputs", parts: [["Aᵀ M", upper], ["A", transposed(at)], ["y = Aᵀ M A", y]] },
    { title: "The same by 36 multiplications", parts: [["y", y], ["nine products each", direct(d, g)]], signs: ["="] },
  ];
}

function showTile() {
  const steps = tileSteps(tile), now = element("tile-step").valueAsNumber;
  const { title, parts, signs = ["·"] } = steps[now];
  element("tile-step").max = steps.length - 1;
  const inputs = (name, rows) => html`<figure class="matrix"><figcaption>${name}</figcaption><table><tbody>${
    rows.map((row, i) => html`<tr>${row.map((value, j) => html`<td><input type="number" step="any"
      aria-label="${name}, row ${i}, column ${j}" data-matrix="${name}" data-row="${i}" data-column="${j}"
      value="${plain(value, 3)}"></td>`)}</tr>`)}</tbody></table></figure>`;
  draw("tile", html`<h3>Step ${now}: ${title}</h3>`, html`<div class="matrices">${parts.map(([name, rows], i) => [
    i > 0 ? sign(signs[i - 1] ?? "=") : "", now === 0 ? inputs(name, rows) : matrixTable(name, rows)])}</div>`);
}

/** A tile of the picture as small numbers. */
function takeTile(grey) {
  tile.d = grey.map((row) => row.map((value) => Math.round(9 * value)));
  showTile();
}

function startTile() {
  tile.matrices = ask({ ask: "winograd" });
  stepper("tile-step", "tile-back", "tile-next", showTile);
  element("tile").addEventListener("change", ({ target }) => {
    const { matrix, row, column } = target.dataset;
    tile[matrix][row][column] = Number.isFinite(target.valueAsNumber) ? target.valueAsNumber : 0;
  });
  showTile();
}
