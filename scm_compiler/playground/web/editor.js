// The program's text: painted by the rules of the grammar, findings under the words, completion.
// Everything that a program says is put on the page as text, never as markup.

import { ask } from "./session.js";

const LETTER = "\\p{L}\\p{N}_";
const PAIRS = [["error", "found-error"], ["warning", "found-warning"], ["note", "found-note"]];

/** A rule of the lexicon, as this language writes regular expressions. */
function compiled({ role, pattern }) {
  const source = pattern
    .replace(/\\([#&~ -])/g, "$1") // what Python escapes and JavaScript does not
    .replace(/\[[^\]]*\]/g, (set) => set.replace(/\\w/g, LETTER))
    .replace(/\\w/g, `[${LETTER}]`)
    .replace(/\\b$/, `(?![${LETTER}])`)
    .replace(/\\b/g, `(?<![${LETTER}])`);
  return { role, pattern: new RegExp(source, "uy") };
}

/** The pieces of a text with their roles: [start, end, role]. */
export function pieces(text, rules) {
  const found = [];
  let at = 0;
  while (at < text.length) {
    let length = 0;
    for (const { role, pattern } of rules) {
      pattern.lastIndex = at;
      const match = pattern.exec(text);
      if (!match || !match[0]) continue;
      length = match[0].length;
      const start = role === "kind" ? at + match[1].length : at;
      found.push([start, at + length, role]);
      break;
    }
    at += length || 1;
  }
  return found;
}

export class Editor {
  constructor(root, changed) {
    [this.paint, this.text, this.choices] = ["#paint", "#text", "#choices"].map((id) => root.querySelector(id));
    this.rules = []; this.findings = []; this.changed = changed; this.offered = []; this.chosen = 0;
    this.text.addEventListener("input", () => { this.draw(); this.changed(this.value); this.#suggest(false); });
    this.text.addEventListener("scroll", () => this.#scroll());
    this.text.addEventListener("keydown", (event) => this.#key(event));
    this.text.addEventListener("blur", () => setTimeout(() => this.#close(), 150));
    this.text.addEventListener("click", () => this.#close());
  }

  get value() { return this.text.value; }

  set(text) { if (text !== this.value) { this.text.value = text; this.draw(); } }

  teach(rules) { this.rules = rules.map(compiled); this.draw(); }

  mark(findings) { this.findings = findings; this.draw(); }

  draw() {
    const text = this.value, marks = this.findings.filter((one) => one.span);
    const cuts = new Set([0, text.length]);
    const roles = text.length < 60000 ? pieces(text, this.rules) : [];
    for (const [start, end] of roles) { cuts.add(start); cuts.add(end); }
    const spans = marks.map(({ span: [start, end], severity }) => ({ start, end: Math.max(end, start + 1), severity }));
    for (const { start, end } of spans) { cuts.add(Math.min(start, text.length)); cuts.add(Math.min(end, text.length)); }
    const parts = document.createDocumentFragment(), places = [...cuts].sort((a, b) => a - b);
    let rank = 0;
    for (let i = 0; i + 1 < places.length; i++) {
      const [start, end] = [places[i], places[i + 1]];
      while (rank < roles.length && roles[rank][1] <= start) rank++;
      const role = rank < roles.length && roles[rank][0] <= start ? roles[rank][2] : "";
      const held = spans.filter((one) => one.start <= start && end <= one.end);
      const found = PAIRS.find(([severity]) => held.some((one) => one.severity === severity))?.[1];
      const piece = document.createElement("span");
      piece.className = [role, found].filter(Boolean).join(" ");
      piece.textContent = text.slice(start, end);
      parts.append(piece);
    }
    parts.append("\n\n");
    this.paint.replaceChildren(parts);
    this.#scroll();
  }

  select([start, end]) { this.text.focus(); this.text.setSelectionRange(start, end); }

  #scroll() { this.paint.scrollTop = this.text.scrollTop; this.paint.scrollLeft = this.text.scrollLeft; }

  #key(event) {
    if (event.key === " " && event.ctrlKey) { event.preventDefault(); this.#suggest(true); return; }
    if (this.choices.hidden) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) { event.preventDefault(); this.#choose((this.chosen + step + this.offered.length) % this.offered.length); }
    else if (event.key === "Enter" || event.key === "Tab") { event.preventDefault(); this.#take(this.offered[this.chosen]); }
    else if (event.key === "Escape") { event.preventDefault(); this.#close(); }
  }

  #suggest(asked) {
    clearTimeout(this.timer);
    const before = this.value.slice(0, this.text.selectionStart);
    if (!asked && !/[\p{L}\p{N}_:(]\s?$/u.test(before)) { this.#close(); return; }
    this.timer = setTimeout(async () => {
      const at = this.text.selectionStart, text = this.value;
      const { found = [] } = await ask("complete", { text, at });
      if (text !== this.value || at !== this.text.selectionStart || document.activeElement !== this.text) return;
      const offered = found.filter((one) => one.text.trim() !== text.slice(...one.span));
      if (!offered.length || (!asked && offered[0].span[0] === at && !/[:(]\s?$/.test(before))) { this.#close(); return; }
      this.offered = offered;
      this.#open();
    }, asked ? 0 : 150);
  }

  #open() {
    this.choices.replaceChildren(...this.offered.map((one, rank) => {
      const entry = document.createElement("li"), detail = document.createElement("small");
      entry.id = `choice-${rank}`; entry.role = "option"; entry.textContent = one.text.trim();
      detail.textContent = one.detail; entry.append(detail);
      entry.addEventListener("mousedown", (event) => { event.preventDefault(); this.#take(one); });
      return entry;
    }));
    const before = this.value.slice(0, this.text.selectionStart), lines = before.split("\n");
    const left = 8 + lines.at(-1).length * 8.43 - this.text.scrollLeft, top = 10 + lines.length * 20 - this.text.scrollTop;
    this.choices.style.left = `${Math.max(0, Math.min(left, this.text.clientWidth - 180))}px`;
    this.choices.style.top = `${Math.min(top, this.text.clientHeight - 90)}px`;
    this.choices.hidden = false;
    this.#choose(0);
  }

  #choose(rank) {
    this.chosen = rank;
    [...this.choices.children].forEach((entry, place) => {
      entry.setAttribute("aria-selected", place === rank);
      if (place === rank) entry.scrollIntoView({ block: "nearest" });
    });
    this.text.setAttribute("aria-activedescendant", `choice-${rank}`);
  }

  #take({ text, span: [start, end] }) {
    this.text.setRangeText(text, start, end, "end");
    this.#close(); this.draw(); this.changed(this.value);
  }

  #close() { clearTimeout(this.timer); this.choices.hidden = true; this.text.removeAttribute("aria-activedescendant"); }
}
