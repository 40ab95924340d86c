// What the parts of the page share: the library, which answers questions, and how they draw.

const element = (id) => document.getElementById(id);

/** The bytes of a file that examples/play/assemble.mjs has packed into the page. */
async function bytesOf(packed) {
  const zipped = Uint8Array.from(atob(packed), (character) => character.charCodeAt(0));
  const stream = new Blob([zipped]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

let library = null; // the compiled library, once it has started

/** Asks what examples/play/playground.h lists. Throws Error with the library's own message. */
function ask(question) {
  const answer = JSON.parse(library.ccall("onefold_answer", "string", ["string"], [JSON.stringify(question)]));
  if (answer.error) throw new Error(answer.error);
  return answer;
}

/** Replaces what is drawn in an element, and forgets the values of its pictures. */
function draw(id, ...markup) {
  hideValue();
  element(id).querySelectorAll("[data-picture]").forEach((svg) => delete pictures[svg.dataset.picture]);
  element(id).innerHTML = toMarkup(markup);
}

/** A function that runs `work` once before the next picture of the screen, however often it is called until then. */
function onceInAFrame(work) {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      work();
    });
  };
}

const scientific = (value) => (value === 0 ? "0" : value.toExponential(1));

/** A stepper of a range between two buttons; show(step) is called whenever it has moved. */
function stepper(range, back, next, show) {
  const move = (by) => {
    element(range).valueAsNumber += by;
    show();
  };
  element(back).addEventListener("click", () => move(-1));
  element(next).addEventListener("click", () => move(1));
  element(range).addEventListener("input", show);
}
