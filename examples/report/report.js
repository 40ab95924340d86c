
// The sections of the page, from the JSON in #data. All of its parts except the first are optional:
//
//   headlines   [{value, meaning}]: the key figures, possibly none
//   epochs      [{epoch, train_loss, ...}] as in log.jsonl; null where a value is missing or not finite
//   label_smoothing, muon_share: of this training; muon_share is Muon's learning rate divided by SGD's, 0 without Muon
//   rates       rates.json: what a sweep of the learning rate did to the loss; null without a suggestion
//   confusion   {classes, matrix}: one row per true class, one column per predicted class
//   images      images.json: the first test images and the worst mistakes
//   fold        fold.json, with "tables" and in each block "table": the tables shown in the terminal
//   int8        the results of int8_lab
//   predictions  photos and what a network saw in them, by predict
//   facts       the table of run.json
//
// A table is {columns: [{name, number}], rows: [[text]], last_is_total}.

// ---- Sections: training

function trainingSection(epochs) {
  const column = (key) => epochs.map((epoch) => epoch[key]);
  const x = column("epoch");
  const chart = (title, series, options) => lineChart({ title, xLabel: "epoch", x, series, ...options });
  const training = sum(column("train_seconds")), waiting = sum(column("loader_wait_seconds"));
  const lead = `After each epoch the whole test set is evaluated: ${duration(training)} of training and ` +
    `${duration(sum(column("evaluation_seconds")))} of testing in total` +
    (training > 0 ? `; ${percent(waiting / training)} of the training time was spent waiting for images.` : ".");

  const smoothing = data.label_smoothing, muon = data.muon_share ?? 0;
  const aboutLoss = smoothing === undefined ? "" : smoothing === 0 ? "Both without label smoothing."
    : `The training loss includes label smoothing of ${plain(smoothing)}, the test loss does not.`;
  const rates = column("learning_rate");
  const muonRates = rates.map((rate) => (rate === null ? null : rate * muon));
  const curves = [
    chart("Accuracy", [{ name: "test images", values: column("test_accuracy") },
                       { name: "training images, as augmented", values: column("train_accuracy") }],
          { text: percent, tickText: (value) => `${plain(100 * value)} %` }),
    chart("Loss", [{ name: "test images", values: column("test_loss") },
                   { name: "training images", values: column("train_loss") }],
          { text: (value) => fixed(value, 2), below: aboutLoss }),
    chart("Learning rate at the end of the epoch",
          muon > 0 ? [{ name: "SGD", values: rates }, { name: "Muon, for the convolutions", values: muonRates }]
                   : [{ name: "learning rate", values: rates }],
          { text: (value) => plain(value, 2), fromZero: true }),
    chart("Time per epoch", [{ name: "training", values: column("train_seconds") },
                             { name: "testing", values: column("evaluation_seconds") }],
          { text: duration, tickText: (value) => `${plain(value, 3)} s`, fromZero: true }),
  ];

  const cells = [
    ["epoch", (epoch) => plain(epoch.epoch)],
    ["training loss", (epoch) => fixed(epoch.train_loss, 4)],
    ["training accuracy", (epoch) => percent(epoch.train_accuracy, 2)],
    ["test loss", (epoch) => fixed(epoch.test_loss, 4)],
    ["test accuracy", (epoch) => percent(epoch.test_accuracy, 2)],
    ["learning rate", (epoch) => plain(epoch.learning_rate)],
    ...(muon > 0 ? [["Muon's rate", (epoch, i) => plain(muonRates[i])]] : []),
    ["training", (epoch) => duration(epoch.train_seconds)],
    ["of this, waiting for images", (epoch) => duration(epoch.loader_wait_seconds)],
    ["testing", (epoch) => duration(epoch.evaluation_seconds)],
    ["images per second", (epoch) => fixed(epoch.images_per_second, 0)],
  ];
  const values = { columns: cells.map(([name], c) => ({ name, number: c > 0 })),
                   rows: epochs.map((epoch, i) => cells.map(([, text]) => text(epoch, i))) };
  return section("Training", lead, charts(curves),
                 details("All values, epoch by epoch", table(values, "all values, epoch by epoch")));
}

function ratesSection({ rate, kept, rates, losses, smoothed, diverged, lowest, suggestion, weakness }) {
  const found = suggestion === null ? "It falls at none of these rates."
    : `It is lowest at ${plain(lowest, 2)}; half of that is suggested: --${rate} ${plain(suggestion, 2)}.` +
      (weakness && ` The suggestion is weak: ${weakness}.`);
  const values = { columns: ["step", "rate", "loss", "smoothed"].map((name) => ({ name, number: name !== "step" })),
                   rows: rates.map((each, i) => [plain(i + 1), plain(each, 3), fixed(losses[i], 4),
                                                 fixed(smoothed[i], 4)]) };
  const rateText = (exponent) => plain(10 ** exponent, 2);
  return section("The loss at growing learning rates",
    `Each of ${several(rates.length, "step", "steps")} had a larger --${rate}${kept}` +
    `${diverged ? ", until the loss diverged" : ""}. ${found}`,
    charts(lineChart({
      title: "Training loss", xLabel: `--${rate}`, x: rates.map(Math.log10), xText: rateText,
      series: [{ name: "each step", values: losses },
               { name: "smoothed: mean of a step and five on each side", values: smoothed }],
      text: (value) => fixed(value, 2), rule: suggestion === null ? null : Math.log10(suggestion),
      below: suggestion === null ? "" : "Dashed: the suggestion." })),
    details("All values, step by step", table(values, "all values, step by step")));
}

function confusionSection({ classes, matrix }) {
  const cell = (count, total, isHit) => {
    if (count === 0) return html`<td class="none">·</td>`;
    // Mistakes are few, so their colours are stronger: a tenth of a class has half the strength.
    const strength = Math.min(1, (count / total) * (isHit ? 1 : 5));
    return html`<td class="${isHit ? "hit" : "miss"} ${strength > 0.6 ? "strong" : ""}"
      style="--share:${fixed(strength, 2)}">${grouped(count)}</td>`;
  };
  const ratio = (part, total) => html`<td class="sum">${total > 0 ? percent(part / total) : "-"}</td>`;
  const rows = matrix.map((row, t) => html`<tr><th scope="row">${classes[t]}</th>${
    row.map((count, g) => cell(count, sum(row), g === t))}${ratio(row[t], sum(row))}</tr>\n`);
  const precisions = classes.map((_, g) => ratio(matrix[g][g], sum(matrix.map((row) => row[g]))));
  const mistakes = matrix.flatMap((row, t) => row.map((count, g) => ({ count, t, g })))
    .filter(({ count, t, g }) => t !== g && count > 0).sort((a, b) => b.count - a.count).slice(0, 3)
    .map(({ count, t, g }) => `${classes[t]} taken for ${classes[g]} (${grouped(count)})`);
  return section("Confusion matrix",
    "Test images: one row per true class, one column per predicted class. " + (mistakes.length === 0
      ? "No test image was taken for another class." : `Most frequent mistakes: ${mistakes.join(", ")}.`),
    html`<div class="scroll confusion" role="region" aria-label="confusion matrix" tabindex="0"><table>
      <thead><tr>${["true class", ...classes, "recall"].map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
      <tbody>${rows}<tr><th scope="row" class="sum">precision</th>${precisions}<td></td></tr></tbody></table></div>`,
    note("Blue: right. Orange: mistakes, stronger the larger their share of the class. Recall: the share of a class " +
         "that is found. Precision: of the images predicted to be of a class, the share that are."));
}

// ---- Sections: folding

const proofSection = (fold) => section("The folded network is the trained network",
  "Both forms saw the same test images. They differ only by rounding: values are added in another order.",
  table(fold.tables.proof, "both forms compared on the test set", "facts"));

function blockContent(block) {
  const composed = block.steps.length > 0 && block.before.parameters !== block.steps[0].parameters;
  return [
    block.steps.length > 0 ? table(block.table, `steps of folding ${block.name}`) : "",
    composed ? note("A kernel composed from trained values is counted as the composed kernel; there are " +
                    `${grouped(block.before.parameters)} trained values.`) : "",
    kernelPictures(block),
  ];
}

function blockSection(fold) {
  const block = fold.blocks.find(({ name }) => name === fold.block);
  return section("One block, step by step",
    `${block.name}: ${block.description}. After each step, its output for its input from ` +
    `${grouped(fold.block_images)} test images is compared with the trained block's.`,
    blockContent(block),
    note("Grids: the first filters, one column per input channel and one row per output channel. Squares: the " +
         "mean |k| of each tap over all filters."),
    note("To weigh the branches, step through the fold and break it: docs/play.sh with this run's folder makes a page " +
         "in which this network runs."));
}

/** A bar for the trained form (f = 0) and one for the folded form (f = 1); beside(seconds, f) labels their ends. */
function twoBars(name, names, { before, after }, beside) {
  const one = (f, form, seconds) => ({ name: names[f], values: [seconds], colour: f, label: beside(seconds, f),
                                       words: [`${name}, ${form}: ${duration(seconds)}`] });
  return [one(0, "trained", before), one(1, "folded", after)];
}

function networkSection(fold) {
  const bars = fold.times.map((times) => barChart({
    title: `${times.batch === 1 ? "A single image" : `A batch of ${grouped(times.batch)}`}: ` +
      `${fixed(times.before / times.after, 2)}× as fast`,
    bars: twoBars("the network", ["trained", "folded"], times,
                  (seconds) => `${duration(seconds)}, ${fixed(times.batch / seconds, 0)} images/s`),
  }));
  const where = several(fold.threads, "thread", "threads") + (fold.machine ? ` of ${fold.machine}` : "");
  const steps = fold.blocks.length === 0 ? "" : [networkDrawings(fold),
    table(fold.tables.network_steps, "steps of folding the network")];
  return section("The whole network", steps === "" ? "What it costs in both forms."
    : "The same steps in all blocks at once, then a summary.",
    steps,
    table(fold.tables.costs, "costs of both forms"),
    charts(bars),
    bars.length > 0 ? note(`Medians after a warm-up, alternating between the forms, on ${where}.`) : "");
}

function sharesChart(blocks) {
  const parts = [...new Set(blocks.flatMap(({ shares }) => shares.map(({ branch }) => branch)))];
  const bars = blocks.map(({ name, shares }) => {
    const values = parts.map((part) => shares.find(({ branch }) => branch === part)?.share ?? 0);
    return { name, values, words: parts.map((part, p) => `${name}: ${part} ${percent(values[p])}`),
             label: `${values.map((value) => fixed(100 * value, 0)).join(" / ")} %` };
  });
  return barChart({ title: "Shares of the kernels, by |k|", parts, bars });
}

function blocksSection(fold) {
  const { blocks, tables } = fold;
  // The batch sizes at which all blocks were timed.
  const timed = Math.min(...blocks.map(({ times }) => times.length));
  const timesCharts = Array.from({ length: timed }, (_, i) => barChart({
    title: blocks[0].times[i].batch === 1 ? "One image" : `${grouped(blocks[0].times[i].batch)} images`,
    parts: ["trained", "folded"],
    bars: blocks.flatMap(({ name, times }) => {
      const { before, after } = times[i];
      const speedUp = `, ${fixed(before / after, 2)}×`;
      return twoBars(name, [name, ""], times[i], (seconds, f) => duration(seconds) + (f === 1 ? speedUp : ""));
    }),
  }));
  const sharesOf = ({ shares }) => shares.map((each) => `${each.branch} ${percent(each.share, 0)}`).join(" · ");
  const toOpen = blocks.filter(({ kernels }) => kernels.folded.length > 0).map((block) =>
    html`<details class="block"><summary><strong>${block.name}</strong> ${block.description}${
      block.shares.length > 1 ? `: ${sharesOf(block)}` : ""}</summary>${blockContent(block)}</details>\n`);
  return section("Block by block",
    "What each block costs before and after folding, on its input from the test images, and its kernels.",
    table(tables.block_costs, "costs of each block"),
    note("Element-wise: how many values of feature maps are read and written by batch norms, additions, activations, " +
         "pools and everything else that is neither a convolution nor a matrix product, per image. A convolution " +
         "adds its bias and its ReLU while it writes its output, which takes no pass of its own."),
    details("How much each block's outputs change", table(tables.blocks, "differences of each block")),
    charts(blocks.some(({ shares }) => shares.length > 1) ? sharesChart(blocks) : "", timesCharts),
    html`<h3>Look into a block</h3>${toOpen}`);
}

// ---- Sections: int8_lab

function int8Sections({ accuracy, forms }) {
  const models = [...new Set(forms.map(({ model }) => model))];
  const spreadChart = ({ form, layers }) => barChart({
    title: `${form}: maximum |weight| in standard deviations`,
    bars: layers.map(({ name, weights }) => ({ name, values: [weights.spread], label: fixed(weights.spread, 1),
                                               words: [`${name}: ${fixed(weights.spread, 2)} standard deviations`] })),
  });
  const histograms = ({ form, layers }) => details(`${form}: histograms of ${layers.length} layers`, charts(
    layers.map(({ name, weights, inputs }) =>
      [histogram(`${name}, weights`, weights, 0), histogram(`${name}, inputs`, inputs, 1)])));
  return [
    section("Accuracy", "Weights on symmetric grids, inputs on one asymmetric grid per layer.",
            table(accuracy, "accuracy")),
    models.map((model) => {
      const own = forms.filter((form) => form.model === model);
      return section(model,
        "A grid reaches to the maximum value: the further that is from the others, the fewer of the grid's steps are " +
        "left for them. Each chart has its own scale; counts of histograms are logarithmic.",
        charts(own.map(spreadChart)), own.map(histograms));
    }),
  ];
}

// A network that is no RepVGG is folded as a whole: there are no blocks to show.
const foldSections = ({ blocks }) =>
  (blocks.length === 0 ? [proofSection, networkSection] : [proofSection, blockSection, networkSection, blocksSection]);

// ---- The page

const headlines = data.headlines.map(({ value, meaning }) => html`<div><dt>${meaning}</dt><dd>${value}</dd></div>`);
const hint = html`<p class="note hint">Every picture shows its values: point at it, touch it, or reach it with the Tab
  key and use the arrow keys.</p>`;

document.querySelector("header").insertAdjacentHTML("beforeend", toMarkup([
  headlines.length > 0 ? html`<dl class="headlines">${headlines}</dl>` : "",
  hint,
]));
document.querySelector("main").innerHTML = toMarkup([
  data.epochs ? trainingSection(data.epochs) : "",
  data.rates ? ratesSection(data.rates) : "",
  data.confusion ? confusionSection(data.confusion) : "",
  data.images ? imagesSection(data.images) : "",
  data.fold ? foldSections(data.fold).map((part) => part(data.fold)) : "",
  data.int8 ? int8Sections(data.int8) : "",
  data.predictions ? predictionSections(data.predictions) : "",
  data.facts ? section("The run", "All that is needed to repeat it.", table(data.facts, "the run", "facts")) : "",
]);
