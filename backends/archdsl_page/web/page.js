// The page: picture, table, details and search, each told what happens in the others.

const data = JSON.parse(document.getElementById("data").textContent);
const element = (id) => document.getElementById(id);
const bytes = (values) => {
  const units = ["bytes", "KiB", "MiB", "GiB"];
  let size = 4 * values, unit = 0;
  while (size >= 1024 && unit < 3) {
    size /= 1024;
    unit++;
  }
  return `${size >= 100 || unit === 0 ? Math.round(size) : size.toFixed(1)} ${units[unit]}`;
};

class Page {
  constructor() {
    this.picture = new Picture(element("stage"), data.look);
    this.table = new Table(element("table"), this.picture.measure);
    this.network = null;
    this.hovered = null;
    this.link();
    this.listen();
    this.search = new Search(element("search"), element("results"), this);
  }

  // Show a network; one that was shown before keeps what is open and what is selected.
  show(record) {
    const before = this.network;
    const { picture } = this;
    this.network = new Network(record);
    document.title = record.name;
    element("name").textContent = record.title;
    element("figures").textContent = record.figures.join("  ·  ");
    element("empty").hidden = true;
    const [scrollLeft, scrollTop] = [picture.stage.scrollLeft, picture.stage.scrollTop];
    const selected = picture.selected && picture.selected.path;
    if (before) keepOpen(before, this.network);
    picture.show(this.network);
    this.table.show(record);
    this.legend();
    if (before) {
      picture.stage.scrollTo(scrollLeft, scrollTop);
      picture.draw();
      this.select(selected ? this.network.find(selected) : null);
    } else {
      picture.begin();
      this.select(null);
    }
    this.tellScale();
    this.search.run(false);
  }

  link() {
    const { picture, table } = this;
    picture.onHover = (node) => this.hover(node);
    picture.onSelect = (node) => {
      table.select(node);
      this.details(node);
    };
    table.onHover = (row) => this.hover(row ? this.network.find(row.path) : null);
    table.onSelect = (row) => {
      const node = this.network.find(row.path);
      picture.reveal(node);
      this.details(node);
    };
  }

  hover(node) {
    if (node === this.hovered) return;
    this.hovered = node;
    this.picture.light(node);
    this.table.light(node);
    this.details(node || this.picture.selected);
  }

  select(node) {
    if (node) this.picture.reveal(node);
    this.picture.select(node);
  }

  // --- Details ---

  details(node) {
    if (!this.network) return;
    const box = element("details");
    box.replaceChildren(...(node ? this.about(node) : this.overview()));
    box.scrollTop = 0;
  }

  overview() {
    const { record } = this.network;
    const list = definitions(record.about);
    const hint = tag("p", "says", "Point at a box, or go to one with the arrow keys, to see what it is.");
    const notes = record.notes.map((note) => tag("p", "spec", note));
    return [tag("h2", "", record.name), hint, list, ...notes];
  }

  about(node) {
    const layers = node.item.layers || [];
    const call = node.item.call ? [node.item.call] : [];
    const says = layers.length
      ? [...call, ...layers.map((layer) => layer.says)].join("; ")
      : this.inside(node);
    const found = [["output", node.shape]];
    if (node.kind !== "input") {
      const [parameters, macs, values] = node.costs;
      const each = node.item.each || [];
      found.push(["parameters", of(parameters, each[0])]);
      found.push(["multiply-adds", of(macs, each[1])]);
      found.push(["activations", of(values, each[2])]);
      found.push(["memory", `${bytes(values)} of activations in float32`]);
      const field = this.network.record.fields[node.end];
      if (field) found.push(["receptive field", node.count > 1 ? `${field} at the end` : field]);
    }
    return [
      tag("h2", "", node.paths), tag("p", "says", says), definitions(found),
      ...this.written([node.line, ...layers.map((layer) => layer.line)]),
    ];
  }

  inside(node) {
    if (node.kind === "input") return "what flows in";
    if (node.isGroup && node.count > 1) return `${node.notes[0]}, again and again: ${node.text}`;
    if (node.isGroup && node.isTraining) return `a side head, in training only: ${node.notes[0]}`;
    if (node.isGroup) return `a name over ${node.notes[0]}`;
    return node.text;
  }

  // The lines of the spec that say it.
  written(places) {
    const seen = new Map(places.map(([source, line]) => [`${source}:${line}`, [source, line]]));
    return [...seen.values()].flatMap(([source, line]) => {
      const { name, lines } = this.network.record.sources[source];
      return [tag("p", "spec", `${name}:${line}`), tag("pre", "", lines[line - 1].trim())];
    });
  }

  // --- Legend ---

  legend() {
    const kinds = new Map();
    const styles = new Set();
    let hasSeveral = false;
    for (const node of this.network.all()) {
      const kind = node.isGroup ? "group" : node.kind;
      if (!kinds.has(kind)) kinds.set(kind, new Map());
      // Merges of one form may be several operations, and each has its word.
      const form = kind === "merge" ? `${node.form} ${node.text}` : node.form;
      if (!kinds.get(kind).has(form)) kinds.get(kind).set(form, node);
      hasSeveral ||= node.count > 1;
      if (node.skip) styles.add(node.skip);
    }
    for (const { links } of [this.network.root, ...this.network.all()]) {
      for (const link of links) styles.add(link.style);
    }
    const entries = [];
    for (const kind of [...data.look.kinds, "group"]) {
      if (kind === "input") continue;
      for (const node of (kinds.get(kind) || new Map()).values()) {
        entries.push(entry(sample(node), words(kind, node, hasSeveral)));
      }
    }
    const lines = { identity: "skip: the values as they are", projection: "skip through a projection", training: "side head, in training only" };
    for (const [style, says] of Object.entries(lines)) {
      if (!styles.has(style)) continue;
      const drawing = make("svg", { width: 26, height: 16, "aria-hidden": true });
      drawing.append(...way([[1, 8], [25, 8]], style, true));
      entries.push(entry(drawing, says));
    }
    element("legend").replaceChildren(...entries);
  }

  // --- Tools ---

  listen() {
    const { picture } = this;
    const does = {
      "open-all": () => picture.setAll(() => true),
      "close-all": () => picture.setAll((node) => node.isGroup),
      smaller: () => picture.zoom(1 / 1.25),
      larger: () => picture.zoom(1.25),
      scale: () => picture.zoom(1 / picture.scale),
      fit: () => picture.fit(),
      side: () => this.toggleSide(),
      theme: () => this.nextTheme(),
      help: () => element("keys").showModal(),
    };
    const act = (name) => {
      if (!this.network && !["side", "theme", "help"].includes(name)) return;
      does[name]();
      this.tellScale();
    };
    for (const name of Object.keys(does)) element(name).addEventListener("click", () => act(name));
    const keys = {
      e: "open-all", c: "close-all", "-": "smaller", "+": "larger", "=": "larger", 0: "fit",
      1: "scale", t: "side", d: "theme", "?": "help",
    };
    document.addEventListener("keydown", (event) => {
      const isTyping = event.target.matches("input, dialog *");
      if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "/") {
        event.preventDefault();
        element("search").focus();
      } else if (event.key === "Escape") this.picture.select(null);
      else if (event.key in keys) act(keys[event.key]);
    });
    picture.stage.addEventListener("wheel", () => this.tellScale(), { passive: true });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.paint());
    this.theme = "auto";
    this.paint();
  }

  tellScale() {
    element("scale").textContent = `${Math.round(100 * this.picture.scale)}%`;
  }

  toggleSide() {
    const aside = element("aside");
    aside.hidden = !aside.hidden;
    element("side").setAttribute("aria-pressed", !aside.hidden);
  }

  nextTheme() {
    this.theme = { auto: "light", light: "dark", dark: "auto" }[this.theme];
    this.paint();
  }

  paint() {
    const isDark = matchMedia("(prefers-color-scheme: dark)").matches;
    document.documentElement.dataset.theme = this.theme === "auto" ? (isDark ? "dark" : "light") : this.theme;
    element("theme").textContent = `Theme: ${this.theme}`;
  }

  // --- What the compiler complains about, while a server watches the spec ---

  complain(texts, isWrong) {
    const box = element("complaints");
    box.hidden = texts.length === 0;
    box.classList.toggle("doubts", !isWrong);
    document.body.classList.toggle("stale", isWrong && Boolean(this.network));
    const heading = isWrong
      ? this.network ? "The spec does not compile; this is the last picture of it" : "The spec does not compile"
      : "The compiler has its doubts";
    box.replaceChildren(tag("h2", "", heading), ...texts.map(complaint));
    if (isWrong && !this.network) this.nothing("No picture yet: it comes as soon as the spec compiles.");
  }

  nothing(text) {
    element("empty").textContent = text;
    element("empty").hidden = false;
  }
}

class Search {
  constructor(input, list, page) {
    this.input = input;
    this.list = list;
    this.page = page;
    this.nodes = [];
    this.at = -1;
    input.addEventListener("input", () => this.run());
    input.addEventListener("focus", () => this.run());
    input.addEventListener("blur", () => this.close());
    input.addEventListener("keydown", (event) => this.key(event));
    list.addEventListener("pointerdown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => {
      const option = event.target.closest("[data-at]");
      if (option) this.go(Number(option.dataset.at));
    });
  }

  // Nodes whose path, text or description holds every word.
  run(isShown = true) {
    const asked = this.input.value.toLowerCase().split(/\s+/).filter(Boolean);
    const { network, picture } = this.page;
    this.nodes = !network || asked.length === 0
      ? []
      : network.all().filter((node) => {
          const hay = this.hay(node);
          return asked.every((word) => hay.includes(word));
        });
    this.at = -1;
    picture.found = new Set(this.nodes);
    if (picture.sheet) picture.mark();
    this.list.replaceChildren(...this.options(asked));
    this.setOpen(isShown && asked.length > 0);
  }

  hay(node) {
    if (!node.hay) {
      const says = (node.item.layers || []).map((layer) => layer.says);
      node.hay = [node.path, ...node.names.flat(), node.text, node.item.call, ...node.notes, ...says]
        .join("\n")
        .toLowerCase();
    }
    return node.hay;
  }

  options(asked) {
    const most = 100;
    const found = this.nodes.slice(0, most).map((node, at) => {
      const option = tag("div");
      option.id = `found-${at}`;
      option.dataset.at = at;
      option.setAttribute("role", "option");
      option.append(tag("span", "path", node.path), tag("span", "what", node.text));
      return option;
    });
    const count = this.nodes.length;
    const says = count === 0
      ? `Nothing here is called ${asked.join(" ")}`
      : count > most ? `${most} of ${count.toLocaleString("en")}` : counted(count, "place");
    return [tag("div", "count", says), ...found];
  }

  key(event) {
    if (event.key === "Escape") {
      if (this.list.hidden) this.input.blur();
      this.input.value = "";
      this.run(false);
    } else if (event.key === "Enter" || event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (this.nodes.length === 0) return;
      const step = event.key === "ArrowUp" || event.shiftKey ? -1 : 1;
      const most = Math.min(this.nodes.length, this.list.childElementCount - 1);
      this.go((Math.max(this.at, step < 0 ? 0 : -1) + step + most) % most);
    }
  }

  go(at) {
    this.at = at;
    const options = this.list.querySelectorAll("[role=option]");
    options.forEach((option, number) => option.setAttribute("aria-selected", number === at));
    options[at].scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", `found-${at}`);
    this.page.select(this.nodes[at]);
  }

  close() {
    this.setOpen(false);
  }

  setOpen(isOpen) {
    this.list.hidden = !isOpen;
    this.input.setAttribute("aria-expanded", isOpen);
    if (!isOpen) this.input.removeAttribute("aria-activedescendant");
  }
}

// --- Pieces of the page ---

function tag(name, className = "", content = "") {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.textContent = content;
  return made;
}

function definitions(pairs) {
  const list = document.createElement("dl");
  for (const [term, says] of pairs) list.append(tag("dt", "", term), tag("dd", "", says));
  return list;
}

function of(all, each) {
  const total = all.toLocaleString("en");
  return !each ? total : `${total}, ${each.toLocaleString("en")} each`;
}

function entry(drawing, says) {
  const item = document.createElement("li");
  item.append(drawing, tag("span", "", says));
  return item;
}

function sample(node) {
  const drawing = make("svg", { width: 26, height: 16, "aria-hidden": true });
  const holder = make("g", { class: `node ${kindClass(node, data.look)}` });
  const isRound = node.form === "round";
  holder.append(outline(node, isRound ? 6 : 1, 1.5, isRound ? 13 : 24, 13, { ...data.look, slant: 5 }));
  if (isRound) holder.append(sign(node.text, 12.5, 8));
  drawing.append(holder);
  return drawing;
}

function words(kind, node, hasSeveral) {
  if (kind === "group") return "name over several members";
  if (kind === "block") return `block: click to open${hasSeveral ? "; ×n: n in a row" : ""}`;
  if (kind !== "merge") return kind;
  return { "+": "sum", "×": "product", concat: "concatenation" }[node.text] || node.text;
}

// A complaint with its kind and its carets in colour.
function complaint(content) {
  const box = document.createElement("pre");
  for (const line of content.split("\n")) {
    const [, kind, rest] = /^((?:error|warning)\[\w+\])(.*)$/.exec(line) || [];
    const [, before, carets] = /^(\s*\|\s*)(\^+.*)$/.exec(line) || [];
    const isDoubt = content.startsWith("warning");
    if (kind) box.append(tag("span", isDoubt ? "doubt" : "bad", kind), rest);
    else if (carets) box.append(before, tag("span", isDoubt ? "doubt" : "bad", carets));
    else box.append(line);
    box.append("\n");
  }
  return box;
}

// What was open stays open where there is something of that name.
function keepOpen(before, after) {
  const open = new Map();
  for (const node of before.shown()) if (node.opens) open.set(node.path, node.isOpen);
  const walk = (nodes) => {
    for (const node of nodes) {
      if (!node.opens) continue;
      if (open.has(node.path)) node.isOpen = open.get(node.path);
      if (node.isOpen) walk(node.children);
    }
  };
  walk(after.root.children);
}

// Ask the server again whenever it says that a file was saved.
function follow(page) {
  let shown = null;
  const load = async () => {
    const answer = await fetch("state", { cache: "no-store" });
    const state = await answer.json();
    if (state.network && state.picture !== shown) {
      shown = state.picture;
      page.show(state.network);
    }
    page.complain(state.complaints, state.is_wrong);
  };
  const events = new EventSource("events");
  events.addEventListener("message", load);
  events.addEventListener("open", () => (element("alone").hidden = true));
  events.addEventListener("error", () => (element("alone").hidden = false));
}

// Boxes are as wide as their texts, so the font that the page brings has to be there first.
async function begin() {
  await Promise.all([...document.fonts].map((font) => font.load()));
  const page = new Page();
  globalThis.archdslPage = page; // for the console, and for tests
  if (data.network) page.show(data.network);
  else page.nothing("Waiting for the first picture.");
  requestAnimationFrame(() => performance.mark("picture")); // benchmarks ask when it is there
  if (data.isLive) follow(page);
}

begin();
