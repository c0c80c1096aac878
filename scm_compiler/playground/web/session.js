// Asks the session: the server of `scmc playground`, or a Python that runs in this browser.

const here = document.documentElement.dataset.where === "here";
let worker, count = 0;
const waiting = new Map();

function inBrowser(request) {
  if (!worker) {
    worker = new Worker("worker.js", { type: "module" });
    worker.onmessage = ({ data }) => {
      waiting.get(data.id)?.(data.answer);
      waiting.delete(data.id);
    };
    worker.onerror = () => {
      for (const done of waiting.values()) done(refusal("Python could not be started in this browser"));
      waiting.clear();
    };
  }
  return new Promise((done) => {
    const id = ++count;
    waiting.set(id, done);
    worker.postMessage({ id, request });
  });
}

async function onServer(request) {
  const headers = { "Content-Type": "application/json" };
  const reply = await fetch("call", { method: "POST", headers, body: request });
  return reply.ok ? reply.text() : refusal(`the server refused: ${reply.status} ${reply.statusText}`);
}

const refusal = (message) =>
  JSON.stringify({ refused: [{ code: "", severity: "error", message, help: null }] });

/** The answer of the session to a call, with `refused` where it has none. */
export async function ask(call, given = {}) {
  try {
    const request = JSON.stringify({ call, ...given });
    return JSON.parse(await (here ? inBrowser : onServer)(request));
  } catch {
    return JSON.parse(refusal("the server does not answer; is `scmc playground` still running?"));
  }
}

/** Calls of which only the last counts: those that wait are dropped when another comes. */
export function latest() {
  let busy = false, next = null;
  const run = async ([call, given, use]) => {
    busy = true;
    const answer = await ask(call, given);
    busy = false;
    if (next) { const then = next; next = null; run(then); } else use(answer);
  };
  return (call, given, use) => { if (busy) next = [call, given, use]; else run([call, given, use]); };
}

export const inThisBrowser = here;
