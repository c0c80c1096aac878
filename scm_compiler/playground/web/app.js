// The page: its state, and who is told when it changes.

import { ask, inThisBrowser, latest } from "./session.js";
import { Editor } from "./editor.js";
import { Graph } from "./graph.js";
import { Bars } from "./bars.js";
import * as address from "./address.js";

const byId = (id) => document.getElementById(id);
const state = { text: "", do: {}, given: {}, question: "", source: 0 };
const page = { graph: null, ready: false, images: [], past: [], future: [], asking: false };
const [checked, barred, firmed, drawn] = [latest(), latest(), latest(), latest()];

const editor = new Editor(byId("editor"), (text) => { keep(); state.text = text; check(); });
const graph = new Graph(byId("canvas"), { clicked, moved });
const bars = new Bars(byId("bars"), (name, value) => set(name, value, mode()));

const mode = () => document.querySelector("input[name=mode]:checked").value;
const say = (text) => { byId("status").textContent = text; };
const told = (found) => found.refused.map((one) => (one.code ? `${one.code}: ` : "") + one.message + (one.help ? ` (${one.help})` : "")).join("; ");

function made(name, text = "", className = "") {
  const element = document.createElement(name);
  if (text) element.textContent = text;
  if (className) element.className = className;
  return element;
}

function options(select, names, chosen) {
  select.replaceChildren(...names.map((name) => new Option(name, name, false, name === chosen)));
}

// --- what was, and what is again

let kept = 0;
function keep(whole = false) {
  const now = Date.now(), last = page.past.at(-1);
  if (!whole && now - kept < 800 && last) return; // a word typed is undone as one
  kept = whole ? 0 : now;
  page.past.push(JSON.stringify(state));
  if (page.past.length > 200) page.past.shift();
  page.future = [];
  buttons();
}

async function turn(from, to) {
  if (!from.length) return;
  to.push(JSON.stringify(state));
  const { source } = state;
  Object.assign(state, JSON.parse(from.pop()));
  kept = 0;
  editor.set(state.text);
  buttons();
  if (state.source !== source) {
    const found = await ask("use", { source: state.source });
    if (found.refused) state.source = source; // too many were opened since
  }
  check();
}

function buttons() {
  byId("undo").disabled = !page.past.length;
  byId("redo").disabled = !page.future.length;
}

function replace(text, whole = true) {
  if (text === state.text) return;
  keep(whole);
  state.text = text;
  editor.set(text);
  check();
}

// --- the program

function check() { checked("program", { text: state.text }, show); remember(); }

function show(found) {
  if (found.refused) { say(told(found)); return; }
  editor.mark(found.diagnostics);
  listed(found.diagnostics);
  page.ready = Boolean(found.data?.ready);
  page.instead = found.data?.instead;
  data(found.data);
  if (!found.graph) { say("The picture is of the program before its errors."); byId("canvas").classList.add("old"); return; }
  byId("canvas").classList.remove("old");
  page.graph = found.graph;
  const labels = found.graph.nodes.filter((node) => node.values.length);
  for (const part of [state.do, state.given]) {
    for (const name of Object.keys(part)) {
      if (!labels.some((node) => node.name === name && node.values.includes(part[name]))) delete part[name];
    }
  }
  say(found.graph.counts);
  graph.show(found.graph);
  bars.build(labels.length > 400 ? [] : labels);
  const names = labels.map((node) => node.name);
  options(byId("target"), names, names.includes(byId("target").value) ? byId("target").value : names.at(-1));
  for (const id of ["had-node", "had-target"]) {
    options(byId(id), names, names.includes(byId(id).value) ? byId(id).value : names[id === "had-node" ? 0 : names.length - 1]);
  }
  byId("had").hidden = byId("target").parentElement.hidden = !names.length;
  hadValues();
  regime();
}

function listed(findings) {
  const list = made("ul");
  for (const one of findings) {
    const entry = made("li", "", one.severity), code = made("b", one.code);
    entry.append(code, ` ${one.message}`);
    if (one.help) entry.append(made("small", one.help));
    if (one.span) {
      const go = made("button", "Show"); go.addEventListener("click", () => editor.select(one.span)); entry.append(go);
      const mend = made("button", "Mend …");
      mend.addEventListener("click", async () => {
        const { found = [] } = await ask("mends", { text: state.text, code: one.code, at: one.span[0] });
        mend.replaceWith(...found.map(({ title, text }) => {
          const choice = made("button", title); choice.addEventListener("click", () => replace(text)); return choice;
        }));
        if (!found.length) entry.append(made("small", "no mend of this is known"));
      });
      entry.append(mend);
    }
    list.append(entry);
  }
  byId("findings").replaceChildren(...(findings.length ? [list] : []));
}

function data(found) {
  const place = byId("data");
  if (!page.able) { place.textContent = "This page has no numpy, and so no numbers: it checks, draws and identifies."; return; }
  if (!found) { place.textContent = ""; return; }
  const from = found.name === "celeba-labels" ? "the counts of CelebA that come with scmc" : found.name;
  place.textContent = found.ready ? `${[`Answers come from ${from}`, ...found.notes].join("; ")}.`
    : found.instead ? ""
    : found.notes.length ? `${found.notes.join("; ")}.`
    : "Drop a table of rows (csv) on the page, with a column for each label: it stays " + (inThisBrowser ? "in this browser." : "on this machine.");
}

// --- what is held and seen

function clicked(name, chosen) {
  const node = page.graph.nodes.find((one) => one.name === name);
  if (!node) return;
  if (!node.values.length) {
    say(node.kind === "real" ? `${name} is a number and has no bars: ${page.run ? `ask below, as E(${quoted(name)})` : "ask a trained run about it, by scmc query"}.` : `${name} is an image: hold or see the labels that it shows.`);
    return;
  }
  const way = chosen || mode(), now = state[way][name];
  const order = node.values.length === 2 ? [node.values[1], node.values[0]] : node.values;
  set(name, order[order.indexOf(now) + 1], way);
}

function set(name, value, way) {
  page.clickedAt = performance.now();
  keep(true);
  const again = state[way][name] === value;
  delete state.do[name]; delete state.given[name];
  if (value !== undefined && !again) state[way][name] = value;
  regime();
  remember();
}

const quoted = (word) => (/^[\p{L}\p{N}_]+$/u.test(word) ? word : `"${word}"`);
const settings = (part) => Object.entries(part).map(([name, value]) => `${quoted(name)}=${quoted(value)}`).join(", ");

function regime() {
  graph.seenNow = state.given;
  graph.mark(state.do, state.given);
  bars.mark(state.do, state.given);
  const parts = [state.do, state.given].map(settings);
  byId("regime").textContent = [parts[0] && `do(${parts[0]})`, parts[1] && `given(${parts[1]})`].filter(Boolean).join(", ") || "observation: nothing is held or seen";
  byId("facts").textContent = parts[1] || "anything";
  compose();
  if (!page.ready) { formats(); byId("answer").replaceChildren(); byId("imagined").replaceChildren(); bars.empty(); byId("labels-note").classList.remove("refused"); byId("labels-note").textContent = page.able ? page.instead ?? "No numbers yet." : ""; settle(); return; }
  const asked = { text: state.text, do: state.do, given: state.given };
  barred("bars", { ...asked, firm: false }, (found) => {
    moveBars(found);
    if (page.clickedAt) byId("bars").dataset.took = (performance.now() - page.clickedAt).toFixed(1);
    if (!found.refused) firmed("bars", { ...asked, firm: true }, (firm) => { if (same(asked)) moveBars(firm); warm(); });
    settle();
  });
}

// What the first click on a graph, or saving, needs is loaded once the first numbers are there.
let warmed = "";
function warm() {
  const node = page.graph.nodes.find((one) => one.values.length);
  if (!node || warmed === page.graph.hash) return;
  warmed = page.graph.hash;
  formats();
  for (const way of ["do", "given"]) ask("bars", { text: state.text, do: {}, given: {}, firm: way === "do", [way]: { [node.name]: node.values[0] } });
}

const same = (asked) => asked.text === state.text && JSON.stringify([asked.do, asked.given]) === JSON.stringify([state.do, state.given]);

function moveBars(found) {
  const note = byId("labels-note");
  const refused = found.refused ? found : found.doing.refused ? found.doing : found.seeing?.refused ? found.seeing : null;
  note.textContent = refused ? told(refused) : (found.doing.warnings ?? []).join("; ");
  note.classList.toggle("refused", Boolean(refused));
  if (found.refused) bars.empty(); else bars.move(found);
  byId("bars").dataset.moved = Number(byId("bars").dataset.moved ?? 0) + 1;
}

let settling;
function settle() {
  clearTimeout(settling);
  settling = setTimeout(() => {
    if (state.question) question();
    if (page.ready && page.images.length) drawn("images", { do: state.do, given: state.given }, images);
  }, 250);
}

function images(found) {
  byId("pictures").hidden = false;
  if (found.refused) { byId("images").replaceChildren(made("p", told(found), "refused")); return; }
  byId("images").replaceChildren(...Object.entries(found.images).map(([name, source]) => {
    const image = made("img"); image.src = source; image.alt = `${name} under ${byId("regime").textContent}, above those only seen`; return image;
  }));
}

// --- questions

function compose() {
  const free = [...byId("target").options].map((one) => one.value).filter((name) => !(name in state.do) && !(name in state.given));
  if (!free.includes(byId("target").value) && free.length) byId("target").value = free.at(-1); // what is set is no question
  const target = byId("target").value;
  if (!target) return;
  const beyond = [state.do, state.given].map((part) => Object.fromEntries(Object.entries(part).filter(([name]) => name !== target)));
  const held = settings(beyond[0]), seen = settings(beyond[1]);
  const condition = [held && `do(${held})`, seen].filter(Boolean).join(", ");
  state.question = `P(${quoted(target)}${condition ? ` | ${condition}` : ""})`;
  byId("asked").value = state.question;
}

async function question() {
  if (!page.graph) return;
  const text = byId("asked").value.trim();
  if (!text) return;
  state.question = text;
  const found = await ask("ask", { text: state.text, question: text });
  byId("answer").replaceChildren(...answered(found));
}

function answered(found) {
  if (found.refused) return found.refused.map((one) => made("p", [one.code, one.message, one.help && `(${one.help})`].filter(Boolean).join(" "), "refused"));
  const shown = [];
  if (found.answer) shown.push(made("pre", found.answer, "result"), made("p", found.how, "hint"));
  for (const warning of found.warnings ?? []) shown.push(made("p", warning, "hint"));
  if (found.adjustment) shown.push(made("p", found.adjustment.length ? `Adjust for ${found.adjustment.map((some) => `{${some.join(", ")}}`).join(" or ")}.` : "Adjusting for labels does not give it.", "hint"));
  for (const [head, text] of [["Formula", found.formula], ["Plan", found.plan]]) {
    if (!text) continue;
    const part = made("details"); part.open = head === "Formula" || !found.answer;
    part.append(made("summary", head), made("pre", text)); shown.push(part);
  }
  return shown;
}

function hadValues() {
  const node = page.graph?.nodes.find((one) => one.name === byId("had-node").value);
  options(byId("had-value"), node?.values ?? [], byId("had-value").value);
}

async function imagine() {
  const held = { [byId("had-node").value]: byId("had-value").value };
  const found = await ask("imagine", { text: state.text, target: byId("had-target").value, do: held, given: state.given });
  byId("imagined").replaceChildren(...answered(found));
}

// --- places, files, the address

async function moved(name, x, y) {
  const places = Object.fromEntries(page.graph.nodes.filter((node) => node.placed || node.name === name).map((node) => [node.name, [node.x, node.y]]));
  places[name] = [x, y];
  for (const node of page.graph.nodes) if (!(node.name in places)) places[node.name] = [node.x, node.y];
  const found = await ask("place", { text: state.text, places });
  if (found.text) replace(found.text);
}

async function encoded(file) {
  const bytes = new Uint8Array(await file.arrayBuffer()), parts = [];
  for (let at = 0; at < bytes.length; at += 0x8000) parts.push(String.fromCharCode(...bytes.subarray(at, at + 0x8000)));
  return btoa(parts.join(""));
}

async function opened(file) {
  if (file.size > 16 * 2 ** 20) { say("a file here has at most 16 MB"); return; }
  const content = await encoded(file), isTable = /\.csv(\.gz)?$/i.test(file.name);
  const found = await ask(isTable ? "table" : "read", { name: file.name, content, ...(isTable && { text: state.text }) });
  if (found.refused) { say(told(found)); return; }
  keep(true);
  byId("examples").value = "";
  state.source = found.source ?? state.source;
  if (found.text !== undefined) { state.text = found.text; state.do = {}; state.given = {}; editor.set(found.text); }
  check();
}

function download(name, blob) {
  const link = made("a"); link.href = URL.createObjectURL(blob); link.download = name;
  link.click(); setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

const saved = (known) => { options(byId("save"), ["", ...known, "png"]); byId("save").options[0].textContent = "…"; };

let listedFormats = false;
async function formats() {
  if (listedFormats) return;
  listedFormats = true;
  const { formats: known } = await ask("formats");
  if (known) saved(known);
}

async function save(form) {
  const found = await ask("write", { text: state.text, form: form === "png" ? "svg" : form, do: state.do, given: state.given });
  if (found.refused) { say(told(found)); return; }
  const name = `${(page.graph?.name ?? "graph").replace(/[^\p{L}\p{N}_-]/gu, "_")}.${form}`;
  if (found.lost?.length) say(found.lost.join("; "));
  if (form !== "png") { download(name, new Blob([found.text], { type: form === "svg" ? "image/svg+xml" : "text/plain" })); return; }
  const image = new Image(), source = URL.createObjectURL(new Blob([found.text], { type: "image/svg+xml" }));
  image.onload = () => {
    const canvas = made("canvas"); [canvas.width, canvas.height] = [2 * image.width, 2 * image.height];
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    canvas.toBlob((blob) => download(name, blob)); URL.revokeObjectURL(source);
  };
  image.src = source;
}

const shared = () => ({ ...state, source: undefined }); // a table is not in the address

let remembering;
function remember() {
  clearTimeout(remembering);
  remembering = setTimeout(async () => { history.replaceState(null, "", await address.written(shared())); }, 300);
}

// --- the start

const on = (id, event, act) => byId(id).addEventListener(event, act);
on("undo", "click", () => turn(page.past, page.future));
on("redo", "click", () => turn(page.future, page.past));
on("format", "click", async () => { const { text } = await ask("format", { text: state.text }); if (text !== undefined) replace(text); });
on("clear", "click", () => { keep(true); state.do = {}; state.given = {}; regime(); remember(); });
on("examples", "change", async () => {
  const name = byId("examples").value;
  if (!name) return;
  const found = await ask("example", { name });
  if (found.refused) { say(told(found)); return; }
  keep(true); state.do = {}; state.given = {}; state.text = found.text; editor.set(found.text); check();
});
on("open", "click", () => byId("file").click());
on("file", "change", () => { const [file] = byId("file").files; if (file) opened(file); byId("file").value = ""; });
on("save", "change", () => { const form = byId("save").value; byId("save").value = ""; if (form) save(form); });
on("share", "click", async () => {
  const fragment = await address.written(shared());
  history.replaceState(null, "", fragment);
  try { await navigator.clipboard.writeText(location.href); say("The address is copied."); } catch { say("The address of this page holds it all: copy it from the bar above."); }
});
on("ask", "submit", (event) => { event.preventDefault(); question(); });
on("target", "change", () => { compose(); question(); });
on("imagine", "submit", (event) => { event.preventDefault(); imagine(); });
on("had-node", "change", hadValues);
on("theme", "click", () => theme(document.documentElement.dataset.theme !== "dark"));
document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z" || event.target.id === "asked") return;
  event.preventDefault();
  if (event.shiftKey) turn(page.future, page.past); else turn(page.past, page.future);
});
for (const [event, over] of [["dragover", true], ["dragleave", false], ["drop", false]]) {
  document.addEventListener(event, (drag) => {
    if (event !== "dragleave") drag.preventDefault();
    document.body.classList.toggle("over", over && [...drag.dataTransfer.types].includes("Files"));
    const [file] = event === "drop" ? drag.dataTransfer.files : [];
    if (file) opened(file);
  });
}
window.addEventListener("hashchange", async () => {
  const found = await address.read(location.hash);
  if (found && found.text !== state.text) { keep(true); Object.assign(state, found); editor.set(state.text); check(); }
});

function theme(dark) {
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  byId("theme").textContent = dark ? "Light" : "Dark";
}

async function start() {
  theme(matchMedia("(prefers-color-scheme: dark)").matches);
  byId("place").textContent = inThisBrowser ? "browser" : "machine";
  buttons();
  const began = performance.now(), found = await ask("start");
  if (found.refused) { say(told(found)); return; }
  Object.assign(page, { images: found.images, able: found.able, run: found.run });
  options(byId("examples"), ["", ...found.examples]); byId("examples").options[0].textContent = "choose …";
  saved(["scm", "svg"]);
  editor.teach(found.rules);
  Object.assign(state, (await address.read(location.hash)) ?? { text: found.text });
  editor.set(state.text);
  check();
  document.documentElement.dataset.started = (performance.now() - began).toFixed(0);
}

start();
