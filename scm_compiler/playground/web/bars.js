// Every label's probabilities: seeing beside doing, each with what the data leave open.

function made(name, className = "", text = "") {
  const element = document.createElement(name);
  if (className) element.className = className;
  if (text) element.textContent = text;
  return element;
}

const percent = (part) => `${100 * Math.min(1, Math.max(0, part))}%`;

export class Bars {
  /** `clicked(name, value)` sets a value as a click on the node would. */
  constructor(root, clicked) { this.root = root; this.clicked = clicked; this.rows = new Map(); }

  build(nodes) {
    const table = made("table"), body = made("tbody");
    this.rows.clear();
    this.heads = ["Label", "Value", "seeing", "doing"].map((text) => { const cell = made("th", "", text); cell.scope = "col"; return cell; });
    const head = made("tr"); head.append(...this.heads);
    for (const { name, values } of nodes) {
      values.forEach((value, rank) => {
        const row = made("tr", rank ? "" : "first"), second = made("td");
        if (!rank) {
          const first = made("th", "", name);
          first.scope = "rowgroup"; first.rowSpan = values.length; first.title = name;
          row.append(first);
        }
        const button = made("button", "value", value);
        button.type = "button"; button.setAttribute("aria-pressed", false); button.setAttribute("aria-label", `${name} is ${value}`);
        button.addEventListener("click", () => this.clicked(name, value));
        second.append(button);
        const seeing = bar("seeing"), doing = bar("doing");
        row.append(second, seeing.cell, doing.cell);
        body.append(row);
        this.rows.set(JSON.stringify([name, value]), { button, seeing, doing });
      });
    }
    const top = made("thead"); top.append(head);
    table.append(top, body);
    this.root.replaceChildren(table);
  }

  mark(held, seen) {
    for (const [key, { button }] of this.rows) {
      const [name, value] = JSON.parse(key);
      button.setAttribute("aria-pressed", (held[name] ?? seen[name]) === value);
    }
  }

  /** Moves the bars to an answer of the session; the old ones stay where there is none. */
  move({ doing, seeing, texts }) {
    const [left, right] = seeing ? [seeing, doing] : [doing, null];
    this.heads[2].textContent = texts[1] ? `seeing: ${texts[1]}` : "seeing nothing";
    this.heads[3].textContent = right ? `doing: ${texts[0]}` : "doing: hold a node";
    for (const [key, row] of this.rows) {
      const [name, value] = JSON.parse(key);
      set(row.seeing, left.labels[name]?.[value]);
      set(row.doing, right?.labels[name]?.[value]);
    }
  }

  empty() { for (const row of this.rows.values()) { set(row.seeing); set(row.doing); } }
}

function bar(kind) {
  const cell = made("td", kind), track = made("div", "track"), fill = made("div", "fill"), span = made("div", "span"), digits = made("span", "digits"), number = made("span"), ends = made("span", "ends");
  digits.append(number, ends);
  track.append(fill, span); track.setAttribute("aria-hidden", "true");
  cell.append(track, digits);
  return { cell, fill, span, number, ends };
}

function set({ fill, span, number: shown, ends: told }, number) {
  const ends = number?.interval ?? (number?.value === null ? number.bounds : null);
  fill.style.width = number?.value == null ? "0" : percent(number.value);
  span.hidden = !ends;
  span.className = number?.value === null ? "bounds" : "span";
  if (ends) { span.style.left = percent(ends[0]); span.style.width = percent(ends[1] - ends[0]); }
  shown.textContent = number?.value == null ? "" : number.value.toFixed(3);
  told.textContent = ends ? ` [${ends.map((end) => end.toFixed(3)).join(", ")}]` : "";
}
