// The graph: drawn, dragged, and clicked to see nodes or to hold them.

const SVG = "http://www.w3.org/2000/svg";
const GAP = 4, MARGIN = 24, STEP = 12;
// How far a line bows, of its length: the first that runs behind no node, else the first.
const BOWS = { hidden: [0.28, -0.28, 0.6, -0.6, 1, -1], cause: [0, -0.2, 0.2, -0.45, 0.45, -0.8, 0.8] };
const SHARES = [...Array(19).keys()].map((rank) => (rank + 1) / 20); // of a line, where it is looked at

function made(name, attributes = {}, ...inside) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...inside);
  return element;
}

/** Where the line from a node's centre towards a point leaves its shape. */
function border(node, x, y) {
  const [dx, dy] = [x - node.x, y - node.y], [w, h] = [node.width / 2 + GAP, node.height / 2 + GAP];
  if (!dx && !dy) return [node.x, node.y];
  const scale = node.kind === "binary"
    ? 1 / Math.hypot(dx / w, dy / h)
    : Math.min(w / Math.abs(dx || 1e-9), h / Math.abs(dy || 1e-9));
  return [node.x + dx * scale, node.y + dy * scale];
}

/** A line from node to node: where it begins and ends, and the point that it bows towards. */
function bowed(from, to, bow) {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const [cx, cy] = [(from.x + to.x) / 2 - dy * bow, (from.y + to.y) / 2 + dx * bow];
  return [border(from, cx, cy), [cx, cy], border(to, cx, cy)];
}

export class Graph {
  /** `clicked(name, mode)` changes a node's value; `moved(name, x, y)` keeps its place. */
  constructor(root, { clicked, moved }) {
    Object.assign(this, { root, clicked, moved, nodes: new Map(), lines: [] });
  }

  show(graph) {
    const focused = document.activeElement?.dataset?.name;
    this.nodes = new Map(graph.nodes.map((node) => [node.name, { ...node }]));
    this.lines = graph.lines;
    if (graph.large) {
      const told = document.createElement("p");
      told.textContent = `${graph.counts}: too many to draw. Questions are answered all the same.`;
      this.root.replaceChildren(told);
      return;
    }
    this.svg = made("svg", { role: "group", "aria-label": `Graph ${graph.name}: ${graph.counts}` });
    this.edges = made("g", { "aria-hidden": "true" });
    const nodes = made("g");
    for (const node of this.nodes.values()) nodes.append(this.#node(node));
    this.svg.append(this.edges, nodes);
    this.root.replaceChildren(this.svg);
    this.#drawLines();
    this.#frame();
    if (focused) this.nodes.get(focused)?.element.focus();
  }

  mark(held, seen) {
    this.held = held;
    for (const [name, node] of this.nodes) {
      if (!node.element) continue;
      const mode = name in held ? "do" : name in seen ? "given" : "";
      node.element.setAttribute("class", `node ${node.kind.replace(/\W/g, "")} ${mode}`);
      const value = held[name] ?? seen[name];
      const said = mode === "do" ? `held at ${value}` : mode ? `seen: ${value}` : node.note;
      node.noted.textContent = said;
      node.named.setAttribute("y", said ? -1 : 4);
      node.element.setAttribute("aria-label", `${name}, ${said || node.kind}`);
    }
    for (const line of this.lines) {
      const cut = line.target in held || (line.role === "hidden" && line.source in held);
      line.elements?.forEach((element) => element.classList.toggle("cut", cut));
    }
  }

  #node(node) {
    const [w, h] = [node.width, node.height];
    const shape = node.kind === "binary"
      ? made("ellipse", { rx: w / 2, ry: h / 2 })
      : made("rect", { x: -w / 2, y: -h / 2, width: w, height: h, rx: node.kind === "image" ? 0 : 9 });
    shape.classList.add("shape");
    node.named = made("text"); node.named.textContent = node.name;
    node.noted = made("text", { class: "note", y: 9 });
    node.element = made("g", { tabindex: 0, role: "button", transform: `translate(${node.x} ${node.y})` }, shape, node.named, ", ", node.noted);
    node.element.dataset.name = node.name;
    this.#drag(node);
    node.element.addEventListener("keydown", (event) => this.#key(event, node));
    return node.element;
  }

  #key(event, node) {
    const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (move && event.altKey) {
      event.preventDefault();
      this.#to(node, node.x + move[0] * STEP, node.y + move[1] * STEP);
      clearTimeout(this.keeping);
      this.keeping = setTimeout(() => this.moved(node.name, node.x, node.y), 400);
    } else if (!event.ctrlKey && !event.metaKey && !event.altKey) {
      const mode = { Enter: "", " ": "", s: "given", d: "do" }[event.key.toLowerCase()] ?? { enter: "" }[event.key.toLowerCase()];
      if (mode !== undefined) { event.preventDefault(); this.clicked(node.name, mode); }
    }
  }

  #drag(node) {
    let from = null, far = false;
    const at = (event) => new DOMPoint(event.clientX, event.clientY).matrixTransform(this.svg.getScreenCTM().inverse());
    node.element.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      node.element.setPointerCapture(event.pointerId);
      const point = at(event);
      from = { x: point.x - node.x, y: point.y - node.y, left: event.clientX, top: event.clientY }; far = false;
    });
    node.element.addEventListener("pointermove", (event) => {
      if (!from) return;
      far ||= Math.hypot(event.clientX - from.left, event.clientY - from.top) > 5;
      if (far) { const point = at(event); this.#to(node, point.x - from.x, point.y - from.y); }
    });
    node.element.addEventListener("pointerup", () => {
      if (from && far) this.moved(node.name, node.x, node.y);
      else if (from) this.clicked(node.name, "");
      from = null;
    });
    node.element.addEventListener("pointercancel", () => { from = null; });
  }

  #to(node, x, y) {
    [node.x, node.y] = [x, y];
    node.element.setAttribute("transform", `translate(${x} ${y})`);
    this.#drawLines();
    this.mark(this.held ?? {}, this.seenNow ?? {});
  }

  #frame() {
    const lines = this.edges.getBBox(), drawn = lines.width || lines.height;
    const middle = { x: lines.x + lines.width / 2, y: lines.y + lines.height / 2, width: lines.width, height: lines.height };
    const boxes = [...this.nodes.values(), ...(drawn ? [middle] : [])];
    const left = Math.min(...boxes.map((n) => n.x - n.width / 2)) - MARGIN, right = Math.max(...boxes.map((n) => n.x + n.width / 2)) + MARGIN;
    const top = Math.min(...boxes.map((n) => n.y - n.height / 2)) - MARGIN, low = Math.max(...boxes.map((n) => n.y + n.height / 2)) + MARGIN;
    this.svg.setAttribute("viewBox", `${left} ${top} ${right - left} ${low - top}`);
    this.svg.style.maxWidth = `${1.6 * (right - left)}px`;
  }

  /** Whether a line runs behind no node but its own two. */
  #clear(from, to, [a, c, b]) {
    const others = [...this.nodes.values()].filter((node) => node !== from && node !== to);
    return SHARES.every((t) => {
      const [x, y] = [0, 1].map((i) => (1 - t) ** 2 * a[i] + 2 * t * (1 - t) * c[i] + t ** 2 * b[i]);
      return others.every((node) => Math.abs(x - node.x) >= node.width / 2 + GAP || Math.abs(y - node.y) >= node.height / 2 + GAP);
    });
  }

  #drawLines() {
    const drawn = [];
    for (const line of this.lines) {
      const [from, to] = [this.nodes.get(line.source), this.nodes.get(line.target)];
      const hidden = line.role === "hidden", name = hidden ? "hidden-cause" : line.role;
      const ways = (hidden ? BOWS.hidden : BOWS.cause).map((bow) => bowed(from, to, bow));
      const [[ax, ay], [cx, cy], [bx, by]] = ways.find((way) => this.#clear(from, to, way)) ?? ways[0];
      const path = made("path", { d: `M${ax} ${ay} Q${cx} ${cy} ${bx} ${by}`, class: `edge ${name}` });
      line.elements = [path, tip(bx, by, bx - cx, by - cy, name)];
      if (hidden) line.elements.push(tip(ax, ay, ax - cx, ay - cy, name));
      drawn.push(...line.elements);
    }
    this.edges.replaceChildren(...drawn);
  }
}

function tip(x, y, dx, dy, name) {
  const turn = (Math.atan2(dy, dx) * 180) / Math.PI;
  return made("path", { d: "M0 0 L-9 -4 L-9 4 Z", class: `tip ${name}`, transform: `translate(${x} ${y}) rotate(${turn})` });
}
