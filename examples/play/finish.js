// Starts the library, gives it the network, and starts the parts.

async function start() {
  library = await onefoldLibrary({ wasmBinary: await bytesOf(data.wasm) });
  library.FS.writeFile("model.safetensors", await bytesOf(data.model));
  startLooking();
  startFolding();
  startSliding();
  startTile();
  element("about").textContent = `The network: ${seen.network.description}, after ${data.epochs} epochs ` +
    `${percent(data.accuracy)} of the test images right.`;
  document.querySelector("main").hidden = false;
  chooseBlock();
  measure();
}

start().catch((error) => {
  element("about").textContent = `The library did not start: ${error.message ?? error}`;
});
