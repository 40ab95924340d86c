
// Images: photos and what networks see of them. An image is in the page itself, as a data: URI.

const image = (uri, [x, y, width, height], kind = "") =>
  html`<image href="${uri}" x="${plain(x)}" y="${plain(y)}" width="${plain(width)}" height="${plain(height)}"
    preserveAspectRatio="none" class="${kind}"/>`;

// ---- Test images, each with the class that the network took it for

/** A wall of images; what is wrong has a frame, and a second line with the true class. */
function wall(title, images, { classes, width, height }) {
  const perRow = window.innerWidth < 520 ? 5 : 12, pitch = 84, side = 76;
  const tall = (side * height) / width, lines = images.some(({ label, prediction }) => label !== prediction) ? 2 : 1;
  const rowHeight = tall + 16 * lines + 12;
  const short = (name) => (name.length > 12 ? `${name.slice(0, 11)}…` : name);
  const marks = images.map(({ label: truth, prediction, probability, of_label: ofTruth }, i) => {
    const names = classes[prediction] + (prediction === truth ? "" : `, is ${classes[truth]}`);
    return { box: [(i % perRow) * pitch, Math.floor(i / perRow) * rowHeight, side, tall],
             words: `${names}\n${classes[prediction]} ${percent(probability)}` +
                    (prediction === truth ? "" : `\n${classes[truth]} ${percent(ofTruth)}`) };
  });
  const tiles = images.map(({ label: truth, prediction, picture: uri }, i) => {
    const box = marks[i].box, [x, y] = box, isWrong = prediction !== truth;
    return [
      image(uri, box, "pixels"),
      isWrong && html`<rect class="frame" x="${x}" y="${plain(y)}" width="${side}" height="${plain(tall)}"/>`,
      label(x + side / 2, y + tall + 15, "middle", short(classes[prediction]), isWrong ? "end s1" : ""),
      isWrong && label(x + side / 2, y + tall + 31, "middle", short(`is ${classes[truth]}`), "quiet"),
    ].filter(Boolean);
  });
  const columns = Math.min(perRow, images.length);
  return figure(html`<strong>${title}</strong>`,
    html`<div style="max-width:${columns * pitch}px">${
      picture(columns * pitch - pitch + side, Math.ceil(images.length / perRow) * rowHeight, title, tiles, marks, perRow)
    }</div>`);
}

function imagesSection(images) {
  const { count, mistakes, first, worst } = images;
  return section("Test images", mistakes === 0 ? `All ${grouped(count)} test images were recognised.`
      : `${several(mistakes, "image", "images")} of ${grouped(count)} taken for another class.`,
    wall(`The first ${grouped(first.length)} test images, and what each was taken for`, first, images),
    worst.length === 0 ? "" : html`<div class="step">${
      wall(worst.length < mistakes ? `The ${worst.length} worst mistakes` : "All mistakes", worst, images)}</div>`,
    worst.length === 0 ? "" : note("Worst first: those to whose true class the network gave the lowest probability. " +
      "Below each image the class that it was taken for, then the true one."));
}

// ---- The network before and after folding

/** One row of boxes per block, side by side what is computed from the same input and then added. */
function networkDrawing(title, rows) {
  const left = longest(rows.map(({ name }) => name)) + 12, right = chartWidth, pitch = 62, top = 22, gap = 6;
  const middle = (left + right) / 2, marks = [];
  const drawn = rows.map(({ name, boxes, words }, r) => {
    const y = top + r * pitch, width = Math.min(110, (right - left - gap * (boxes.length - 1)) / boxes.length);
    const first = middle - (boxes.length * width + (boxes.length - 1) * gap) / 2;
    const centres = boxes.map((_, b) => first + b * (width + gap) + width / 2);
    const letters = Math.max(1, Math.floor((width - 4) / characterWidth));
    const split = centres.map((x) => html`<path class="wire" d="M${plain(middle)} ${y - 12}V${y - 8}H${plain(x)}V${y}"/>
      <path class="wire" d="M${plain(x)} ${y + 24}V${y + 32}H${plain(middle)}V${y + pitch - 12}"/>`);
    marks.push({ box: [left, y - 4, right - left, 32], words });
    return [
      label(left - 8, y + 16.5, "end", name, "quiet"), split,
      boxes.map((box, b) => [bar(`s${b % 4}`, [centres[b] - width / 2, y, width, 24]),
                             label(centres[b], y + 16.5, "middle", box.slice(0, letters), "on-strong")]),
      boxes.length > 1 ? [html`<circle class="sum" cx="${plain(middle)}" cy="${y + 40}" r="7"/>`,
                          label(middle, y + 44.5, "middle", "+")] : "",
    ];
  });
  return figure(html`<strong>${title}</strong>`,
    picture(chartWidth, top + rows.length * pitch, title, [label(middle, 8, "middle", "image", "quiet"), drawn,
            label(middle, top + rows.length * pitch, "middle", "mean, linear", "quiet")], marks, 1, "band"));
}

/** What was trained and what it folded to, drawn from each block's branches. Empty if an old fold.json lacks them. */
function networkDrawings({ blocks }) {
  if (blocks.some(({ shares, kernels }) => shares.length === 0 || kernels.folded.length === 0)) return "";
  const row = (form) => (block) => ({
    name: block.name,
    boxes: form === "trained" ? block.shares.map(({ branch }) => branch)
                              : [block.kernels.folded.at(-1).filters.shape.slice(0, 2).join("x")],
    words: form === "trained" ? `${block.name}\n${block.description}`
                              : `${block.name}, folded\none convolution, ${grouped(block.after.parameters)} parameters`,
  });
  const all = sum(blocks.map(({ shares }) => shares.length));
  return charts(networkDrawing(`As trained: ${several(all, "branch", "branches")}`, blocks.map(row("trained"))),
                networkDrawing(`Folded: ${several(blocks.length, "convolution", "convolutions")}`,
                               blocks.map(row("folded"))));
}

// ---- predict: a section per photo

const mapSide = 240; // units: the text in a map is 13 high

/** The photo, and in it the part that the network sees. */
function photoFigure({ photo: { size, width, height, picture: uri, centre }, about }) {
  const unit = mapSide / Math.max(width, height), box = centre.map((value) => value * unit);
  const [x, y, w, h] = box;
  const frame = html`<rect class="frame" x="${plain(x)}" y="${plain(y)}" width="${plain(w)}" height="${plain(h)}"/>`;
  return figure(html`<strong>The photo</strong> <span class="key">${size} pixels</span>`,
    picture(width * unit, height * unit, `the photo: ${about}`,
            [image(uri, [0, 0, width * unit, height * unit], Math.max(width, height) <= 128 ? "pixels" : ""), frame],
            [{ box, words: about }]));
}

function seenFigure({ seen: { width, height, picture: uri } }) {
  const unit = mapSide / Math.max(width, height), words = `${width} x ${height} pixels`;
  const box = [0, 0, width * unit, height * unit];
  return figure(html`<strong>What it saw</strong> <span class="key">${words}</span>`,
                picture(box[2], box[3], `what the network saw: ${words}`, image(uri, box, "pixels"), [{ box, words }]));
}

const classesChart = ({ classes }) => barChart({
  title: "What it took it for",
  bars: classes.map(({ name, probability }) =>
    ({ name, values: [probability], label: percent(probability), words: [`${name}: ${percent(probability, 2)}`] })),
});

/** A class's map over what the network saw: at each place, what it adds to the logit. */
function mapFigure(seen, { name, map: { width, height, values, forms } }, limit) {
  const unit = mapSide / Math.max(width, height), box = [0, 0, width * unit, height * unit];
  const marks = values.map((value, i) => {
    const row = Math.floor(i / width), column = i % width;
    return { box: [column * unit, row * unit, unit, unit], value,
             words: `${name}, row ${row}, column ${column}\n${plain(value, 4)}` };
  });
  const cells = marks.map(({ box: [x, y], value }) =>
    cellColours(value, limit).map((colour) => coloured(colour, square(plain(x), plain(y), plain(unit)))));
  const numbers = width > 6 ? "" : marks.map(({ box: [x, y], value }) =>
    label(x + unit / 2, y + unit / 2 + 4, "middle", fixed(value, 1), "over"));
  return figure(html`<strong>${name}</strong> <span class="key">logit ${fixed(forms[0].logit, 3)}</span>`,
    picture(box[2], box[3], `the map of ${name}`,
            [image(seen.picture, box, "pixels faint"), html`<g class="veil">${cells}</g>`, numbers], marks, width));
}

function proofTable(classes) {
  const rows = classes.flatMap(({ name, map: { forms } }) => forms.map((form) =>
    [name, form.form, fixed(form.mean, 5), fixed(form.bias, 5), fixed(form.sum, 5), fixed(form.logit, 5),
     form.difference === 0 ? "0" : form.difference.toExponential(1)]));
  const names = ["class", "form", "mean of its map", "+ bias", "= sum", "logit", "difference"];
  return table({ columns: names.map((name, c) => ({ name, number: c > 1 })), rows }, "maps and logits");
}

function mapsPart({ seen, classes }, noMaps) {
  if (noMaps) return [html`<h3>Where it saw it</h3>`, html`<p>${noMaps}</p>`];
  const limit = Math.max(...classes.flatMap(({ map }) => map.values.map(Math.abs))) || 1;
  return [
    html`<h3>Where it saw it</h3>`,
    note("The network ends in the mean over all places and a linear head, so the head may as well come first: what it " +
         "makes of a place by itself is the place's share. The mean of a class's map, plus its bias, is its logit."),
    html`<div class="views">${classes.map((each) => mapFigure(seen, each, limit))}</div>`,
    colourScale("against the class", "for it", plain(limit, 2)),
    proofTable(classes),
  ];
}

/** The strongest channels of a stage in one picture, a pixel apart. */
function stageFigure({ channels, height, width, columns, shown, low, high, picture: uri, difference }, s) {
  const rows = Math.ceil(shown.length / columns), all = [columns * (width + 1) - 1, rows * (height + 1) - 1];
  const marks = shown.map(({ channel, mean }, i) => ({
    box: [(i % columns) * (width + 1), Math.floor(i / columns) * (height + 1), width, height],
    words: `channel ${channel}\nmean ${plain(mean, 3)}`,
  }));
  const gaps = [
    ...Array.from({ length: columns - 1 }, (_, i) => [(i + 1) * (width + 1) - 1, 0, 1, all[1]]),
    ...Array.from({ length: rows - 1 }, (_, i) => [0, (i + 1) * (height + 1) - 1, all[0], 1]),
  ].map(([x, y, w, h]) => html`<rect class="gap" x="${x}" y="${y}" width="${w}" height="${h}"/>`);
  const size = `${width} x ${height}, ${several(channels, "channel", "channels")}`;
  return figure(html`<strong>Stage ${s}</strong> <span class="key">${size}</span>`,
    picture(all[0], all[1], `stage ${s}: ${size}`, [image(uri, [0, 0, ...all], "pixels"), gaps], marks, columns),
    note(`Black is ${plain(low, 3)}, white ${plain(high, 3)}.` + (difference === undefined ? ""
      : ` The folded form's differ by at most ${difference === 0 ? "0" : difference.toExponential(1)}.`)));
}

const stagesPart = (stages) => stages.length === 0 ? [] : [
  html`<h3>What each stage made of it</h3>`,
  note(`The ${Math.max(...stages.map(({ shown }) => shown.length))} channels with the highest means of each stage, on ` +
       "one scale per stage."),
  charts(stages.map(stageFigure))];

const predictionSections = ({ no_maps: noMaps, photos }) => photos.map((photo) => section(photo.name, `${photo.about}.`,
  html`<div class="views">${photoFigure(photo)}${seenFigure(photo)}<div class="wide">${classesChart(photo)}</div></div>`,
  mapsPart(photo, noMaps),
  ...stagesPart(photo.stages)));
