// The session in a Python of the browser's own (Pyodide), away from the page's thread.

import { loadPyodide } from "./pyodide.mjs";

const plain = self.fetch.bind(self);

// The machine is kept compressed, so that the folder is small on any host.
self.fetch = async (what, options) => {
  const address = String(what.url ?? what);
  if (!address.endsWith(".wasm")) return plain(what, options);
  const packed = await plain(`${address}.packed`);
  const stream = packed.body.pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream, { headers: { "Content-Type": "application/wasm" } });
};

async function start() {
  const place = new URL(".", self.location.href).href;
  const fetched = plain(`${place}scmc.zip`).then((reply) => reply.arrayBuffer());
  const told = plain(`${place}page.json`).then((reply) => reply.json());
  const python = await loadPyodide({ indexURL: place });
  if ((await told).numpy) await python.loadPackage("numpy", { messageCallback: () => {} });
  python.unpackArchive(await fetched, "zip", { extractDir: "/scmc" });
  return python.runPython(`
import sys
sys.path.insert(0, "/scmc")
from scm_compiler.playground.session import Session
Session().answer
`);
}

const started = start();

self.onmessage = async ({ data }) => {
  const answer = await started;
  self.postMessage({ id: data.id, answer: answer(data.request) });
};
started.catch((error) => { setTimeout(() => { throw error; }); });
