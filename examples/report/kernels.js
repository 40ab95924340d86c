
// Pictures of convolution kernels: blue below zero, orange above, no colour at zero.

const valueAt = ({ shape, values }, ...place) => values[place.reduce((index, i, axis) => index * shape[axis] + i, 0)];

/** A limit that shows small values, too: the 98th percentile of |k| among the values that are not zero. */
function colourLimit(kernels) {
  const sizes = kernels.flatMap(({ filters }) => filters.values.filter((k) => k).map(Math.abs));
  sizes.sort((a, b) => a - b);
  return sizes.length > 0 ? sizes[Math.floor(0.98 * (sizes.length - 1))] : 1;
}

const share = (value, limit) => Math.min(1, Math.abs(value ?? 0) / limit);

/** A cell's colours as attributes: up to half of the limit only the weak one, above it also the strong one. */
function cellColours(value, limit) {
  const strength = Math.round(12 * share(value, limit)) / 6; // in steps, so that cells of one colour share a path
  const sign = value < 0 ? "negative" : "positive";
  const colour = (kind, opacity) => `class="${kind} ${sign}" fill-opacity="${plain(Math.min(1, opacity), 3)}"`;
  return [strength > 0 && colour("weak", strength), strength > 1 && colour("strong", strength - 1)].filter(Boolean);
}

const square = (x, y, size) => `M${x} ${y}h${size}v${size}h-${size}z`;
const coloured = (colour, path) => new Markup(`<path ${colour} d="${path}"/>`);

/**
 * The first filters as a grid of small kernels, one column per input channel and one row per output channel. Each has
 * at least 3x3 cells, so that a 1x1 kernel shows where it lies in a 3x3 one.
 */
function filterPicture({ name, filters }, limit) {
  const [rows, columns, inputs, outputs] = filters.shape;
  const side = Math.max(3, rows, columns), pitch = side + 1;
  const layers = [new Map(), new Map()], marks = []; // layers: the path of each colour, weak and strong
  for (let o = 0; o < outputs; ++o) for (let r = 0; r < rows; ++r) {
    for (let i = 0; i < inputs; ++i) for (let s = 0; s < columns; ++s) {
      const x = i * pitch + (side - columns) / 2 + s, y = o * pitch + (side - rows) / 2 + r;
      const value = valueAt(filters, r, s, i, o);
      cellColours(value, limit).forEach((colour, l) => {
        layers[l].set(colour, (layers[l].get(colour) ?? "") + square(x, y, 1));
      });
      marks.push({ box: [x, y, 1, 1], words: `output ${o}, input ${i}, row ${r}, column ${s}\n${plain(value, 3)}` });
    }
  }
  const background = marks.map(({ box }) => square(box[0], box[1], 1)).join("");
  const cells = layers.flatMap((layer) => [...layer].map(([colour, path]) => coloured(colour, path)));
  const words = `${name}: filters of the first ${inputs} input and ${outputs} output channels`;
  return html`<div class="filters">${picture(inputs * pitch - 1, outputs * pitch - 1, words,
    [html`<path class="cell" d="${background}"/>`, cells], marks, inputs * columns)}</div>`;
}

/** The mean |k| of each tap, with the values written in the cells. */
function magnitudePicture({ name, mean_magnitude: map }, limit) {
  const [rows, columns] = map.shape;
  const side = Math.max(3, rows, columns), size = 52;
  const marks = map.values.map((value, i) => {
    const row = Math.floor(i / columns), column = i % columns;
    const x = ((side - columns) / 2 + column) * size, y = ((side - rows) / 2 + row) * size;
    const words = `row ${row}, column ${column}\n${plain(value, 4)}`;
    return { box: [x + 1, y + 1, size - 2, size - 2], value, words };
  });
  const cells = marks.map(({ box: [x, y, width], value }) => [
    html`<path class="cell" d="${square(x, y, width)}"/>`,
    cellColours(value, limit).map((colour) => coloured(colour, square(x, y, width))),
    label(x + width / 2, y + width / 2 + 4, "middle", value === 0 ? "0" : fixed(value, value < 0.9995 ? 3 : 2),
          share(value, limit) > 0.7 ? "on-strong" : ""),
  ]);
  return html`<div class="magnitudes">${
    picture(side * size, side * size, `${name}: mean |k| of each tap`, cells, marks, columns)}</div>`;
}

/** What the colours mean: `low` and `high` are words for both ends. */
const colourScale = (low, high, end) => html`<div class="scale"><span>${low} ≤ −${end}</span><span class="ramp"
  role="img" aria-label="colours from -${end} (blue) through zero to ${end} (orange)"></span><span>${high} ≥ ${end}</span
  ></div>`;

/** Kernels side by side on one colour scale. items: [{sign, kernel, share}]; frames: figures that follow them. */
function kernelsRow(heading, items, frames = []) {
  const limit = colourLimit(items.map(({ kernel }) => kernel)), end = plain(limit, 2);
  const [, largestMean] = extent(items.flatMap(({ kernel }) => kernel.mean_magnitude.values));
  const figures = items.map(({ sign = "", kernel, share: part = "" }) =>
    figure(html`<span class="sign">${sign}</span><strong>${kernel.name}</strong> <span class="sign">${part}</span>`,
           filterPicture(kernel, limit), magnitudePicture(kernel, largestMean || 1)));
  return html`<div class="step"><h3>${heading}</h3><div class="kernels">${figures}${frames}</div>
    ${colourScale("weights", "", end)}</div>`;
}

/** A frame for each branch without a trained kernel: the identity. */
function emptyFrames({ trained, scaled }) {
  // "1x1" may be part of a name: "all.1x1", "1x1.conv1".
  const hasKernel = (branch) => trained.some((kernel) => `.${kernel.name}.`.includes(`.${branch.name}.`));
  return scaled.filter((branch) => !hasKernel(branch)).map(({ name }) =>
    figure(html`<strong>${name}</strong>`, html`<div class="filters empty">no kernel: x as it is</div>`));
}

/** Before, in between and after: the branches' kernels as trained, then scaled and padded, and their sum. */
function kernelPictures({ kernels, shares }) {
  if (kernels.folded.length === 0) return "";
  const isSum = kernels.scaled.length > 1;
  const [rows, columns] = kernels.folded.at(-1).filters.shape;
  const branches = isSum ? kernels.scaled : [];
  const shareOf = (b) => (b < shares.length ? percent(shares[b].share, 0) : "");
  const equation = [
    ...branches.map((kernel, b) => ({ sign: b > 0 ? "+ " : "", kernel, share: shareOf(b) })),
    ...kernels.folded.map((kernel, i) => ({ sign: isSum ? (i === 0 ? "= " : "→ ") : "", kernel })),
  ];
  const heading = "Everything linear multiplied in" + (isSum ? `, as ${rows}x${columns}, and added` : "");
  return [kernelsRow("As trained", kernels.trained.map((kernel) => ({ kernel })), emptyFrames(kernels)),
          kernelsRow(heading, equation)];
}
