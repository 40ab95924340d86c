// One picture, two networks: the board to draw on, ten images to choose from, and what both forms answer.

const boardSide = 32;
const board = element("board").getContext("2d", { willReadFrequently: true });
const seen = { network: null, answer: null, mistake: "", rest: 0 };

/** The bytes of the board, red, green, blue, pixel by pixel. */
function boardPixels() {
  const { data: values } = board.getImageData(0, 0, boardSide, boardSide);
  return [...values].filter((_, i) => i % 4 !== 3);
}

function showPixels(context, pixels) {
  const image = context.createImageData(boardSide, boardSide);
  for (let i = 0; i < boardSide * boardSide; ++i) {
    image.data.set([...pixels.slice(3 * i, 3 * i + 3), 255], 4 * i);
  }
  context.putImageData(image, 0, 0);
}

/** Asks both forms about the board. */
function look() {
  seen.answer = ask({ ask: "look", pixels: boardPixels(), mistake: seen.mistake });
  showLogits();
  showDamage();
  showSlide();
}

/** For a new picture: both forms at once, the block when the brush rests. */
const lookSoon = onceInAFrame(() => {
  look();
  clearTimeout(seen.rest);
  seen.rest = setTimeout(weigh, 150);
});
const best = (logits) => logits.indexOf(Math.max(...logits));

function showLogits() {
  const { trained, folded, difference } = seen.answer, { classes } = seen.network, winner = best(trained);
  const rows = classes.map((name, i) => html`<tr class="${i === winner ? "total" : ""}"><th scope="row">${name}</th>
    <td class="number">${fixed(trained[i], 5)}</td><td class="number">${fixed(folded[i], 5)}</td>
    <td class="number">${scientific(Math.abs(trained[i] - folded[i]))}</td></tr>`);
  draw("logits", html`<p>Both take it for: <strong id="winner">${classes[winner]}</strong>${
    best(folded) === winner ? "" : ", almost: two logits are as good as equal"}.</p>
    <div class="scroll" role="region" aria-label="logits" tabindex="0"><table><thead><tr>${
      ["logit", "trained", "folded", "difference"].map((name, c) =>
        html`<th scope="col" class="${c > 0 ? "number" : ""}">${name}</th>`)}</tr></thead><tbody>${rows}</tbody></table>
    </div>`, note(`They differ by at most ${scientific(difference)}: rounding, since they add in another order.`));
}

function measure() {
  const { parameters } = seen.network;
  ask({ ask: "times", batch: 1, seconds: 0.3 }); // until the browser has compiled it at its best
  const headline = (value, meaning) => html`<div><dt>${meaning}</dt><dd>${value}</dd></div>`;
  const { trained, folded } = ask({ ask: "times", batch: 1, seconds: 0.6 });
  draw("times", html`<dl class="headlines">${[
    headline(duration(trained), `an image, trained: ${grouped(parameters.trained)} parameters`),
    headline(duration(folded), `an image, folded: ${grouped(parameters.folded)} parameters`),
    headline(`${fixed(trained / folded, 2)}×`, "as fast, on one thread; medians of alternating passes")]}</dl>`);
}

// ---- Drawing

function place(event) {
  const frame = element("board").getBoundingClientRect();
  return [((event.clientX - frame.left) / frame.width) * boardSide,
          ((event.clientY - frame.top) / frame.height) * boardSide];
}

let last = null; // where the brush is, while it is down

function brush(event) {
  if (last === null) return;
  const here = place(event);
  board.strokeStyle = element("ink").value;
  board.lineWidth = element("brush").valueAsNumber;
  board.lineCap = "round";
  board.beginPath();
  board.moveTo(...last);
  board.lineTo(...here);
  board.stroke();
  last = here;
  lookSoon();
}

function clearBoard() {
  board.fillStyle = "#3c4043";
  board.fillRect(0, 0, boardSide, boardSide);
  lookSoon();
}

/** The centre of an image file, as large as the board. */
async function openFile(file) {
  const image = await createImageBitmap(file), side = Math.min(image.width, image.height);
  board.imageSmoothingQuality = "high";
  element("refused").textContent = "";
  board.drawImage(image, (image.width - side) / 2, (image.height - side) / 2, side, side, 0, 0, boardSide, boardSide);
  lookSoon();
}

function openFirst(files) {
  if (files.length === 0) return;
  openFile(files[0]).catch(() => {
    element("refused").textContent = `${files[0].name} is no picture that this browser can read: PNG, JPEG or WebP are.`;
  });
}

function startLooking() {
  seen.network = ask({ ask: "network" });
  for (let index = 0; index < 10; ++index) {
    const { pixels, shape } = ask({ ask: "picture", index });
    const button = document.createElement("button"), canvas = document.createElement("canvas");
    button.type = "button";
    button.title = `Shapes10: ${shape}`;
    canvas.width = canvas.height = boardSide;
    showPixels(canvas.getContext("2d"), pixels);
    button.append(canvas);
    button.addEventListener("click", () => {
      showPixels(board, pixels);
      lookSoon();
    });
    element("gallery").append(button);
    if (index === 6) showPixels(board, pixels);
  }
  const canvas = element("board");
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    last = place(event);
    brush(event);
  });
  canvas.addEventListener("pointermove", brush);
  canvas.addEventListener("lostpointercapture", () => (last = null));
  element("clear").addEventListener("click", clearBoard);
  element("measure").addEventListener("click", measure);
  element("file").addEventListener("change", ({ target }) => openFirst(target.files));
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    openFirst(event.dataTransfer.files);
  });
}
