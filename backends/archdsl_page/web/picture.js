// The picture: what is in view is drawn as SVG, and the reader moves, zooms, opens and closes.

const SVG = "http://www.w3.org/2000/svg";
const EDGE = 48; // free paper around the picture
const SCALES = [0.02, 3];
const CROWD = 1500; // more boxes in view than this are drawn as mere marks

class Picture {
  constructor(stage, look) {
    this.stage = stage;
    this.look = look;
    this.scale = 1;
    this.network = null;
    this.sheet = null;
    this.selected = null;
    this.lit = null;
    this.found = new Set();
    this.drawn = new Map();
    this.onHover = () => {};
    this.onSelect = () => {};
    this.measure = measurer(stage);
    this.svg = make("svg", { role: "tree", "aria-label": "The network's picture" });
    this.world = this.svg.appendChild(make("g"));
    this.layers = ["frames", "lines", "boxes"].map((name) =>
      this.world.appendChild(make("g", { class: name, role: "presentation" })),
    );
    stage.append(this.svg);
    this.listen();
  }

  show(network) {
    this.network = network;
    this.selected = this.lit = null;
    this.refresh();
  }

  // Lay out anew. What the reader looks at, `anchor`, stays where it is on the screen.
  refresh(anchor = null) {
    const before = anchor && this.placeOf(anchor);
    this.sheet = layOut(this.network.root, this.look, this.measure);
    this.spots = new Map();
    for (const spot of [...this.sheet.frames, ...this.sheet.boxes]) this.spots.set(spot.node, spot);
    this.clear();
    this.resize();
    const after = before && this.placeOf(anchor);
    if (after) {
      this.stage.scrollLeft += (after.axis - before.axis) * this.scale;
      this.stage.scrollTop += (after.y - before.y) * this.scale;
    }
    this.draw();
  }

  placeOf(node) {
    const spot = this.spots && this.spots.get(node);
    return spot ? { axis: spot.axis, y: spot.y } : null;
  }

  // --- Where things are on the screen ---

  resize() {
    const { width, height } = this.sheet;
    this.svg.setAttribute("width", Math.ceil((width + 2 * EDGE) * this.scale));
    this.svg.setAttribute("height", Math.ceil((height + 2 * EDGE) * this.scale));
    this.world.setAttribute("transform", `scale(${this.scale}) translate(${EDGE} ${EDGE})`);
  }

  // A point of the window in the picture's own pixels.
  toWorld(clientX, clientY) {
    const box = this.svg.getBoundingClientRect();
    return [(clientX - box.left) / this.scale - EDGE, (clientY - box.top) / this.scale - EDGE];
  }

  zoom(factor, clientX, clientY) {
    const view = this.stage.getBoundingClientRect();
    const x = clientX ?? view.left + view.width / 2;
    const y = clientY ?? view.top + view.height / 2;
    const [worldX, worldY] = this.toWorld(x, y);
    this.scale = Math.min(SCALES[1], Math.max(SCALES[0], this.scale * factor));
    this.resize();
    const box = this.svg.getBoundingClientRect();
    this.stage.scrollLeft += box.left + (worldX + EDGE) * this.scale - x;
    this.stage.scrollTop += box.top + (worldY + EDGE) * this.scale - y;
    this.draw();
  }

  // The whole picture, as large as it fits and no larger than it is.
  fit() {
    const { clientWidth, clientHeight } = this.stage;
    const wide = clientWidth / (this.sheet.width + 2 * EDGE);
    const tall = clientHeight / (this.sheet.height + 2 * EDGE);
    this.scale = Math.max(SCALES[0], Math.min(1, wide, tall));
    this.resize();
    this.stage.scrollTop = 0;
    this.stage.scrollLeft = (this.svg.clientWidth - clientWidth) / 2;
    this.draw();
  }

  // As the reader first sees it: all of it if it stays legible so, else its upper end.
  begin() {
    this.fit();
    if (this.scale >= 0.6) return;
    this.scale = 1;
    this.resize();
    const axis = (this.sheet.boxes[0] ? this.sheet.boxes[0].axis : 0) + EDGE;
    this.stage.scrollTop = 0;
    this.stage.scrollLeft = axis - this.stage.clientWidth / 2;
    this.draw();
  }

  // Move a node into view if it is not there yet.
  bring(node) {
    const spot = this.spots.get(node);
    if (!spot) return;
    const { stage } = this;
    const height = Math.min(spot.height, 90);
    const left = (spot.axis + EDGE) * this.scale, top = (spot.y + EDGE) * this.scale;
    const bottom = top + height * this.scale;
    if (top < stage.scrollTop + 8 || bottom > stage.scrollTop + stage.clientHeight - 8) {
      stage.scrollTop = top - stage.clientHeight / 2 + (height * this.scale) / 2;
    }
    if (left < stage.scrollLeft + 60 || left > stage.scrollLeft + stage.clientWidth - 60) {
      stage.scrollLeft = left - stage.clientWidth / 2;
    }
    this.draw();
  }

  // The innermost node at a point of the window.
  at(clientX, clientY) {
    if (!this.sheet) return null;
    const [x, y] = this.toWorld(clientX, clientY);
    const holds = (spot) =>
      x >= spot.x && x <= spot.x + spot.width && y >= spot.y && y <= spot.y + spot.height;
    const box = this.sheet.boxes.find(holds);
    const frame = box || this.sheet.frames.findLast(holds);
    return frame ? frame.node : null;
  }

  // --- Drawing ---

  clear() {
    for (const layer of this.layers) layer.replaceChildren();
    this.drawn.clear();
    this.isCrowd = false;
  }

  draw() {
    if (!this.sheet) return;
    const view = this.view();
    const boxes = this.sheet.boxes.filter((spot) => meets(spot, view));
    const isCrowd = boxes.length > CROWD;
    if (isCrowd || this.isCrowd) {
      this.clear();
      this.isCrowd = isCrowd;
    }
    const lines = this.sheet.lines.filter((line) => meets(line, view));
    const frames = this.sheet.frames.filter((spot) => meets(spot, view));
    if (isCrowd) {
      this.drawCrowd(boxes, lines, frames);
      return;
    }
    // What has the focus stays in the document, or the keyboard would lose its place.
    const kept = this.focused && this.spots.get(this.focused);
    const home = kept && this.focused.isOpen ? frames : boxes;
    if (kept && !home.includes(kept)) home.push(kept);
    const wanted = new Set([...frames, ...lines, ...boxes]);
    for (const [thing, element] of this.drawn) {
      if (wanted.has(thing)) continue;
      element.remove();
      this.drawn.delete(thing);
    }
    this.put(frames, this.layers[0], (spot) => this.frameElement(spot));
    this.put(lines, this.layers[1], lineElement);
    this.put(boxes, this.layers[2], (spot) => this.boxElement(spot));
    this.mark();
  }

  put(things, layer, element) {
    for (const thing of things) {
      if (this.drawn.has(thing)) continue;
      this.drawn.set(thing, layer.appendChild(element(thing)));
    }
  }

  // The part of the picture that is in the window, and one window more on every side.
  view() {
    const { stage, scale } = this;
    const width = stage.clientWidth / scale, height = stage.clientHeight / scale;
    const [x, y] = this.toWorld(stage.getBoundingClientRect().left, stage.getBoundingClientRect().top);
    return { x: x - width / 2, y: y - height, width: 2 * width, height: 3 * height };
  }

  // Thousands of boxes: a path a kind, without texts.
  drawCrowd(boxes, lines, frames) {
    const byKind = new Map();
    for (const spot of boxes) {
      const name = kindClass(spot.node, this.look);
      byKind.set(name, (byKind.get(name) || "") + `M${spot.x} ${spot.y}h${spot.width}v${spot.height}h${-spot.width}z`);
    }
    const outlines = frames.map((s) => `M${s.x} ${s.y}h${s.width}v${s.height}h${-s.width}z`).join("");
    const ways = lines.map((line) => `M${line.points.map((p) => p.join(" ")).join("L")}`).join("");
    this.layers[0].append(make("path", { d: outlines, class: "crowd-frame" }));
    this.layers[1].append(make("path", { d: ways, class: "way flow" }));
    for (const [name, d] of byKind) this.layers[2].append(make("path", { d, class: `shape ${name}` }));
  }

  boxElement(spot) {
    const { node, x, y, width, height, axis } = spot;
    const { look } = this;
    const element = this.nodeElement(spot, `node ${node.form} ${kindClass(node, look)}`);
    const right = x + width;
    if (node.skip) {
      const out = right + look.ear, top = y + 4, bottom = y + height - 6;
      const side = right + (node.count > 1 ? look.stack : 0);
      element.append(...way([[side, top], [out, top], [out, bottom], [side, bottom]], node.skip, true));
    }
    if (node.count > 1) element.append(outline(node, x + look.stack, y - look.stack, width, height, look));
    element.append(outline(node, x, y, width, height, look));
    if (node.form === "round") {
      element.append(sign(node.text, axis, y + height / 2));
      return element;
    }
    const middle = x + width / 2;
    const shift = node.opens ? 7 : 0;
    let line = y + height / 2 - (look.note * node.notes.length) / 2;
    const room = width - (node.form === "port" ? 0 : 2 * look.padding - 8) - 2 * shift;
    element.append(this.label(node.text, middle + shift, line, look.text, room));
    for (const note of node.notes) {
      line += look.line;
      element.append(this.label(note, middle + shift, line, look.small, room, "note"));
    }
    if (node.opens) element.append(...toggleMark(x + 9, y + height / 2 - 4.5, false));
    if (node.leaves) {
      element.append(text(node.leaves, axis + 5, y + height + 12, look.small, "shape-text"));
    }
    return element;
  }

  frameElement(spot) {
    const { node, x, y, width, height, axis } = spot;
    const { look } = this;
    const element = this.nodeElement(spot, `frame ${node.isGroup ? "group" : kindClass(node, look)}`);
    if (node.count > 1) {
      element.append(make("rect", { class: "outline", x: x + look.stack, y: y - look.stack, width, height, rx: 7 }));
    }
    element.append(make("rect", { class: "outline", x, y, width, height, rx: 7 }));
    const room = node.isGroup ? axis - x - 32 : width - 34;
    const band = node.isGroup ? axis - x - 6 : width;
    element.append(make("rect", { class: "band", x, y, width: band, height: HEAD, rx: 7 }));
    element.append(...toggleMark(x + 8, y + HEAD / 2 - 4.5, true));
    const heading = this.cut(node.heading, look.small, room);
    element.append(text(heading, x + 23, y + HEAD / 2 + 0.36 * look.small, look.small, "heading"));
    if (node.leaves && !node.isGroup) {
      element.append(text(node.leaves, axis + 5, y + height + 12, look.small, "shape-text"));
    }
    return element;
  }

  nodeElement({ node }, name) {
    const element = make("g", {
      class: node.isTraining ? `${name} training` : name, role: "treeitem", tabindex: node === this.focused ? 0 : -1,
      "aria-level": node.level, "aria-label": spoken(node), "data-path": node.path,
    });
    if (node.opens) element.setAttribute("aria-expanded", node.isOpen);
    return element;
  }

  label(content, x, y, size, room, name = "") {
    return text(this.cut(content, size, room), x, y + 0.36 * size, size, `middle ${name}`);
  }

  // A text that fits; the whole of it stands beside the picture.
  cut(content, size, room) {
    if (this.measure(content, size) <= room + 8) return content;
    let length = content.length;
    while (length > 1 && this.measure(`${content.slice(0, length)}…`, size) > room) length--;
    return `${content.slice(0, length)}…`;
  }

  mark() {
    for (const [thing, element] of this.drawn) {
      if (!thing.node) continue;
      element.classList.toggle("selected", thing.node === this.selected);
      element.classList.toggle("lit", thing.node === this.lit);
      element.classList.toggle("found", this.found.has(thing.node));
      element.setAttribute("aria-selected", thing.node === this.selected);
      element.setAttribute("tabindex", thing.node === this.focused ? 0 : -1);
    }
  }

  // --- What the reader does ---

  get focused() {
    return this.selected && this.spots && this.spots.has(this.selected)
      ? this.selected
      : this.network && this.network.root.children[0];
  }

  // Select a node, and open what it is inside of.
  reveal(node) {
    let isNew = false;
    for (const outer of node.ancestors()) {
      if (!outer.isOpen) isNew = true;
      outer.toggle(true);
    }
    this.selected = node;
    if (isNew) this.refresh();
    this.bring(node);
    this.mark();
  }

  select(node) {
    this.selected = node;
    this.mark();
    this.onSelect(node);
  }

  // Light up the node, or what it is folded into.
  light(node) {
    let shown = node;
    while (shown && !this.spots.has(shown)) shown = shown.parent;
    this.lit = shown;
    this.mark();
  }

  toggle(node, isOpen = !node.isOpen) {
    if (!node.opens) return;
    const hadFocus = this.svg.contains(document.activeElement);
    node.toggle(isOpen);
    this.refresh(node);
    if (hadFocus) this.focus(node);
  }

  setAll(test) {
    this.network.openWhere(test);
    while (this.selected && this.selected.parent && !isShown(this.selected)) {
      this.selected = this.selected.parent;
    }
    if (this.selected === this.network.root) this.selected = null;
    this.refresh(this.focused);
    this.onSelect(this.selected);
  }

  focus(node) {
    this.select(node);
    this.bring(node);
    const element = this.drawn.get(this.spots.get(node));
    if (element) element.focus({ preventScroll: true });
  }

  listen() {
    const { stage } = this;
    let isAsked = false;
    const later = () => {
      if (isAsked) return;
      isAsked = true;
      requestAnimationFrame(() => {
        isAsked = false;
        this.draw();
      });
    };
    stage.addEventListener("scroll", later, { passive: true });
    new ResizeObserver(later).observe(stage);
    stage.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      this.zoom(Math.exp(-event.deltaY * 0.01), event.clientX, event.clientY);
    }, { passive: false });
    stage.addEventListener("keydown", (event) => this.key(event));
    this.listenToPointer();
  }

  // Drag with one pointer, pinch with two; a press that does not move is a click.
  listenToPointer() {
    const { stage } = this;
    const down = new Map();
    let hasMoved = false;
    const spread = () => {
      const [a, b] = [...down.values()];
      return [Math.hypot(a.x - b.x, a.y - b.y), (a.x + b.x) / 2, (a.y + b.y) / 2];
    };
    stage.addEventListener("pointerdown", (event) => {
      const isOnBar = event.offsetX > stage.clientWidth || event.offsetY > stage.clientHeight;
      if (event.button !== 0 || (event.target === stage && isOnBar)) return;
      down.set(event.pointerId, { x: event.clientX, y: event.clientY });
      if (down.size === 1) hasMoved = false;
    });
    stage.addEventListener("pointermove", (event) => {
      const last = down.get(event.pointerId);
      if (!last) {
        this.onHover(this.at(event.clientX, event.clientY));
        return;
      }
      const dx = event.clientX - last.x, dy = event.clientY - last.y;
      if (!hasMoved && Math.hypot(dx, dy) < 4) return;
      if (!hasMoved) stage.setPointerCapture(event.pointerId);
      hasMoved = true;
      stage.classList.add("dragging");
      const before = down.size === 2 ? spread() : null;
      down.set(event.pointerId, { x: event.clientX, y: event.clientY });
      if (before) {
        const [distance, x, y] = spread();
        this.zoom(distance / before[0], x, y);
      } else {
        stage.scrollLeft -= dx;
        stage.scrollTop -= dy;
      }
    });
    const up = (event) => {
      if (!down.delete(event.pointerId)) return;
      stage.classList.remove("dragging");
      if (event.type === "pointerup" && !hasMoved) this.click(event);
    };
    stage.addEventListener("pointerup", up);
    stage.addEventListener("pointercancel", up);
    stage.addEventListener("pointerleave", () => this.onHover(null));
  }

  // A block opens where it is clicked; a frame closes by its band.
  click(event) {
    const node = this.at(event.clientX, event.clientY);
    if (!node) {
      this.select(null);
      return;
    }
    this.focus(node);
    const spot = this.spots.get(node);
    const [, y] = this.toWorld(event.clientX, event.clientY);
    if (node.opens && (!node.isOpen || y < spot.y + HEAD)) this.toggle(node);
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !this.network) return;
    const shown = [...this.network.shown()];
    const node = this.focused;
    const at = shown.indexOf(node);
    const go = (next) => next && this.focus(next);
    const keys = {
      ArrowDown: () => go(shown[at + 1]),
      ArrowUp: () => go(shown[at - 1]),
      Home: () => go(shown[0]),
      End: () => go(shown[shown.length - 1]),
      ArrowRight: () => {
        if (node.opens && !node.isOpen) this.toggle(node, true);
        else if (node.opens) go(node.children[0]);
      },
      ArrowLeft: () => {
        if (node.opens && node.isOpen) this.toggle(node, false);
        else if (node.parent !== this.network.root) go(node.parent);
      },
      Enter: () => this.toggle(node),
      " ": () => this.toggle(node),
    };
    if (!(event.key in keys)) return;
    event.preventDefault();
    keys[event.key]();
  }
}

// --- Pieces of SVG ---

function make(name, attributes = {}) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

function text(content, x, y, size, name) {
  const element = make("text", { x, y, class: name, "font-size": size });
  element.textContent = content;
  return element;
}

// The width of a text in the page's own font, kept, for most texts come again.
function measurer(stage) {
  const context = document.createElement("canvas").getContext("2d");
  const family = getComputedStyle(stage).fontFamily;
  const known = new Map();
  return (content, size) => {
    const key = `${size} ${content}`;
    if (!known.has(key)) {
      context.font = `${size}px ${family}`;
      known.set(key, context.measureText(content).width);
    }
    return known.get(key);
  };
}

function kindClass(node, look) {
  return node.isGroup ? "group" : `kind${look.kinds.indexOf(node.kind)}`;
}

function outline(node, x, y, width, height, look) {
  if (node.form === "trapezoid") {
    const slant = look.slant;
    const points = [[x, y], [x + width, y], [x + width - slant, y + height], [x + slant, y + height]];
    return make("polygon", { class: "shape", points: points.map((p) => p.join(",")).join(" ") });
  }
  if (node.form === "round") {
    return make("circle", { class: "shape", cx: x + width / 2, cy: y + height / 2, r: width / 2 });
  }
  const radius = { pill: height / 2, block: 5 }[node.form] ?? 2;
  return make("rect", { class: "shape", x, y, width, height, rx: radius });
}

// A plus or a times as two strokes: no font draws them in the very middle.
function sign(content, x, y) {
  const reach = content === "+" ? 5 : 3.8;
  const d = content === "+"
    ? `M${x - reach} ${y}h${2 * reach}M${x} ${y - reach}v${2 * reach}`
    : `M${x - reach} ${y - reach}l${2 * reach} ${2 * reach}M${x - reach} ${y + reach}l${2 * reach} ${-2 * reach}`;
  return make("path", { class: "sign", d });
}

// A small square with a plus or a minus.
function toggleMark(x, y, isOpen) {
  const cross = isOpen ? "" : `M${x + 4.5} ${y + 2}v5`;
  return [
    make("rect", { class: "mark", x, y, width: 9, height: 9, rx: 2 }),
    make("path", { class: "mark", d: `M${x + 2} ${y + 4.5}h5${cross}` }),
  ];
}

function lineElement(line) {
  const element = make("g", { class: "line", role: "presentation" });
  element.append(...way(line.points, line.style, line.hasHead));
  return element;
}

// A line with round corners and, at its end, an arrow's head.
function way(points, style, hasHead) {
  const end = points[points.length - 1];
  const [dx, dy] = direction(points[points.length - 2], end);
  const base = hasHead ? [end[0] - dx * 6.5, end[1] - dy * 6.5] : end;
  const corners = [...points.slice(0, -1), base];
  let d = `M${corners[0].join(" ")}`;
  for (let at = 1; at < corners.length - 1; at++) {
    const [before, corner, after] = [corners[at - 1], corners[at], corners[at + 1]];
    const radius = Math.min(6, distance(before, corner) / 2, distance(corner, after) / 2);
    const [inX, inY] = direction(before, corner);
    const [outX, outY] = direction(corner, after);
    d += `L${corner[0] - inX * radius} ${corner[1] - inY * radius}`;
    d += `Q${corner.join(" ")} ${corner[0] + outX * radius} ${corner[1] + outY * radius}`;
  }
  d += `L${base.join(" ")}`;
  const parts = [make("path", { class: `way ${style}`, d })];
  if (hasHead) {
    const head = [end, [base[0] - dy * 3, base[1] + dx * 3], [base[0] + dy * 3, base[1] - dx * 3]];
    parts.push(make("polygon", { class: "head", points: head.map((p) => p.join(",")).join(" ") }));
  }
  return parts;
}

function direction([x0, y0], [x1, y1]) {
  const length = Math.hypot(x1 - x0, y1 - y0) || 1;
  return [(x1 - x0) / length, (y1 - y0) / length];
}

function distance([x0, y0], [x1, y1]) {
  return Math.abs(x1 - x0) + Math.abs(y1 - y0);
}

function meets(spot, view) {
  return (
    spot.x < view.x + view.width && spot.x + spot.width > view.x &&
    spot.y < view.y + view.height && spot.y + spot.height > view.y
  );
}

function isShown(node) {
  for (const outer of node.ancestors()) if (!outer.isOpen) return false;
  return true;
}

// What a screen reader says of a node.
function spoken(node) {
  const [parameters, macs] = node.costs;
  const what = [node.paths, node.text, ...node.notes, `output ${node.shape}`];
  return [...what, counted(parameters, "parameter"), counted(macs, "multiply-add")]
    .filter(Boolean)
    .join(", ");
}
