// One block: the weights of its branches, its fold step by step, and what the classic mistakes make of it.

const fold = { answer: null, weights: [] };

/** Folds the chosen block with the sliders' weights. Without them, as it was trained, and draws new sliders. */
function chooseBlock() {
  fold.answer = ask({ ask: "block", name: element("block").value });
  fold.weights = fold.answer.branches.map(() => 1);
  draw("sliders", fold.answer.branches.map(({ name, layer }, b) => html`<label>${name}
    <input type="range" min="-1" max="2" step="0.05" value="1" data-branch="${b}" ${layer ? "" : "disabled"}>
    <output>${layer ? "1.00" : "x as it is"}</output></label>`));
  element("step").max = fold.answer.steps.length - 1;
  element("step").value = 0;
  showBlock();
}

function weigh() {
  fold.answer = ask({ ask: "block", name: element("block").value, weights: fold.weights });
  showBlock();
}

const weighSoon = onceInAFrame(weigh);

/** Everything that depends on the block. It is a block of the network, perhaps: both forms look again. */
function showBlock() {
  element("description").textContent = fold.answer.demonstration.description;
  draw("equation", kernelPictures(fold.answer.demonstration).at(-1));
  showStep();
  showMistakes();
  look();
}

function showStep() {
  const now = element("step").valueAsNumber, { steps, demonstration } = fold.answer;
  const columns = ["", "step", "parameters", "convolutions", "batch norms", "additions", "maximum difference inside",
                   "on the border"];
  const rows = demonstration.steps.map((step, s) => html`<tr class="${s === now ? "total" : ""}"><td>${s}</td>
    <th scope="row">${step.title}</th>${[step.parameters, step.convolutions, step.batch_norms, step.additions].map(
      (count) => html`<td class="number">${grouped(count)}</td>`)}
    <td class="number">${scientific(step.interior)}</td><td class="number">${scientific(step.border)}</td></tr>`);
  const { title, interior, border } = demonstration.steps[now];
  draw("kernels", kernelsRow(`Step ${now}: ${title}`, steps[now].kernels.map((kernel) => ({ kernel })),
                             now === 0 ? emptyFrames(demonstration.kernels) : []),
       html`<p>Its output differs from the trained block's by at most <strong id="difference">${
         scientific(Math.max(interior, border))}</strong>, where the largest is ${
         plain(demonstration.largest_output, 3)}.</p>`);
  draw("steps", html`<div class="scroll" role="region" aria-label="steps of the fold" tabindex="0"><table><thead><tr>${
    columns.map((name, c) => html`<th scope="col" class="${c > 1 ? "number" : ""}">${name}</th>`)
  }</tr></thead><tbody>${rows}</tbody></table></div>`);
}

// ---- Mistakes

function showMistakes() {
  draw("mistakes", fold.answer.mistakes.map(({ name, why }) => html`<label class="switch"><input type="checkbox"
    role="switch" value="${name}" ${name === seen.mistake ? "checked" : ""}><span><strong>${name}</strong><br>
    <span class="note">${why}</span></span></label>`));
}

/** The maximum error at each pixel, from none to the largest. */
function errorMap({ map: { shape: [rows, columns], values } }) {
  const [, largest] = extent(values), limit = largest || 1;
  const marks = values.map((value, i) => ({
    box: [i % columns, Math.floor(i / columns), 1, 1], value,
    words: `row ${Math.floor(i / columns)}, column ${i % columns}\n${plain(value, 3)}`,
  }));
  const cells = marks.map(({ box: [x, y], value }) =>
    [html`<path class="cell" d="${square(x, y, 1)}"/>`,
     cellColours(value, limit).map((colour) => coloured(colour, square(x, y, 1)))]);
  return html`<div class="filters">${picture(columns, rows, "the error at each pixel", cells, marks, columns)}</div>`;
}

/** What the chosen mistake does to the block and to the network. */
function showDamage() {
  const mistake = fold.answer.mistakes.find(({ name }) => name === seen.mistake);
  if (!mistake) return draw("damage", note("Turn one on."));
  const { difference } = mistake, { answer, network } = seen;
  const inBlock = difference === undefined
    ? note("It cannot be made in this block, or changes nothing in it. Choose another: one of stride 2, with groups, " +
           "or a diverse branch block (dbb).")
    : figure(html`<strong>Where this block is wrong</strong>`, errorMap(difference),
             html`<p>by at most <strong id="error">${plain(Math.max(difference.interior, difference.border), 3)}</strong
             >: ${plain(difference.interior, 3)} inside, ${plain(difference.border, 3)} on the border</p>`);
  const before = best(answer.trained), after = best(answer.wrong);
  const rows = network.classes.map((name, i) => [name, fixed(answer.trained[i], 3), fixed(answer.wrong[i], 3)]);
  const columns = ["logit", "trained", "folded wrongly"].map((name, c) => ({ name, number: c > 0 }));
  const inNetwork = answer.wrong_blocks === 0 ? note("No block of the network above can have it.")
    : [html`<p>In ${several(answer.wrong_blocks, "block", "blocks")} of the network: your picture is taken for
         <strong id="wrong-winner">${network.classes[after]}</strong>${
         before === after ? ", still" : `, not ${network.classes[before]}`}.</p>`,
       table({ columns, rows }, "logits with the mistake")];
  draw("damage", html`<div class="sides">${[html`<div>${inBlock}</div>`, html`<div>${inNetwork}</div>`]}</div>`);
}

function startFolding() {
  const { network, random } = ask({ ask: "blocks" });
  const group = (title, names) => html`<optgroup label="${title}">${
    names.map((name) => html`<option>${name}</option>`)}</optgroup>`;
  draw("block", group("Blocks of the trained network, on your picture", network),
       group("A block of each family, random values", random));
  element("block").value = "stages.1.0";
  element("block").addEventListener("change", chooseBlock);
  stepper("step", "back", "next", showStep);
  element("sliders").addEventListener("input", ({ target }) => {
    fold.weights[Number(target.dataset.branch)] = target.valueAsNumber;
    target.nextElementSibling.textContent = fixed(target.valueAsNumber, 2);
    weighSoon();
  });
  element("mistakes").addEventListener("change", ({ target }) => {
    seen.mistake = target.checked ? target.value : "";
    element("mistakes").querySelectorAll("input").forEach((each) => (each.checked = each.value === seen.mistake));
    look();
  });
}
