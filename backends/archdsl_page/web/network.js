// The network as a tree of nodes: layers, blocks and groups, of which the last two open and close.

// A node of the tree. `path` is the full path of its first layer or of itself, `at` and `end` are
// the places of its first layer and of the one that its output comes out of, in the order of
// execution; `names` are the members that it stands for.
class Node {
  constructor(parent, item, prefix, base) {
    this.parent = parent;
    this.item = item;
    this.name = item.name;
    this.path = prefix + item.name;
    this.form = item.form;
    this.kind = item.kind;
    this.text = item.text;
    this.notes = item.notes || [];
    this.skip = item.skip && item.skip !== "flow" ? item.skip : "";
    this.leaves = item.leaves || "";
    this.shape = item.shape;
    this.line = item.line;
    this.costs = item.costs || [0, 0, 0]; // parameters, multiply-adds, activations, of all repeats
    this.names = item.names || [[item.name]];
    this.count = item.count || 1;
    if (item.grows) this.notes = [...this.notes, `each +${item.grows} channels`];
    this.base = base;
    this.at = base + (item.at ?? 0);
    this.end = base + (item.end ?? 0);
    this.isTraining = Boolean(item.isTraining); // a side head's: nothing computes it at test time
    this.isGroup = false;
    this.opens = false;
    this.isOpen = false;
    this.children = [];
    this.links = [];
    this.piece = null;
    if (this.count > 1 && !item.members) this.text += ` ×${this.count}`;
  }

  get level() {
    return this.parent ? this.parent.level + 1 : 0;
  }

  // What stands in an open node's frame.
  get heading() {
    return this.isGroup ? this.text : `${this.name}: ${this.text}`;
  }

  // The paths that the node stands for, `layer1.1 to layer1.3`.
  get paths() {
    const prefix = this.path.slice(0, this.path.length - this.name.length);
    const row = this.names[this.names.length - 1];
    const end = prefix + row[row.length - 1];
    return end === this.path ? this.path : `${this.path} to ${end}`;
  }

  // Nothing inside has the same place as before.
  forget() {
    for (let node = this; node; node = node.parent) node.piece = null;
  }

  toggle(isOpen) {
    if (!this.opens || this.isOpen === isOpen) return;
    this.isOpen = isOpen;
    this.forget();
  }

  *ancestors() {
    for (let node = this.parent; node; node = node.parent) yield node;
  }
}

class Network {
  constructor(record) {
    this.record = record;
    const graph = record.graphs.length - 1;
    this.root = new Node(null, { name: "", form: "block", kind: "block", text: record.name }, "", 0);
    this.root.opens = true;
    this.root.isOpen = true;
    this.fill(this.root, graph);
    this.everything = null;
  }

  // Give a block's node the nodes of its graph. A graph is filled in where it is first looked into.
  fill(block, number) {
    const graph = this.record.graphs[number];
    const prefix = block.path ? `${block.path}.` : "";
    const items = graph.items.map((item) => this.node(item, prefix, block.at));
    const entries = items.filter((node) => node.form === "port");
    const isPlain = entries.length === 1;
    const nodes = items.map((node) => (isPlain && node.form === "port" ? null : node));
    this.place(block, graph.members, nodes, prefix);
    const links = graph.links.map(([from, to, style]) => ({
      from: nodes[from], to: nodes[to], style: items[to].isTraining ? "training" : style,
    }));
    // What leaves the network itself is not drawn, but shows the way through it.
    links.push({ from: nodes[graph.output], to: null, style: "flow", isHidden: !block.parent });
    if (!isPlain) entries.forEach((node) => links.push({ from: null, to: node, style: "flow" }));
    for (const link of links) this.connect(block, link);
    for (const scope of scopes(block)) finish(scope);
  }

  node(item, prefix, base) {
    const node = new Node(null, item, prefix, base);
    if (item.graph === undefined) return node;
    node.opens = true;
    let isFilled = false;
    const fill = () => {
      if (isFilled) return;
      isFilled = true;
      this.fill(node, item.graph);
    };
    lazily(node, "children", fill);
    lazily(node, "links", fill);
    return node;
  }

  // Put nodes and groups under their parents.
  place(parent, members, nodes, prefix) {
    for (const member of members) {
      if (typeof member === "number") {
        if (!nodes[member]) continue;
        nodes[member].parent = parent;
        parent.children.push(nodes[member]);
        continue;
      }
      const item = { ...member, form: "block", kind: "group", text: member.label };
      const group = new Node(parent, item, prefix, parent.base);
      group.isGroup = true;
      group.opens = true;
      group.isOpen = true;
      parent.children.push(group);
      this.place(group, member.members, nodes, prefix);
      const [first] = group.children;
      const last = group.children[group.children.length - 1];
      group.at = first.at;
      group.end = last.end;
      group.shape = last.shape;
      group.notes = [contents(group)];
      group.isTraining = first.isTraining;
      group.costs = sum(group.children.map((child) => child.costs));
    }
  }

  // Write a link into the container of both its ends, and its way out of and into groups.
  connect(block, { from, to, style, isHidden = false }) {
    const out = from ? chain(from, block) : [];
    const into = to ? chain(to, block) : [];
    let shared = 0;
    while (shared < out.length - 1 && shared < into.length - 1 && out[shared] === into[shared]) shared++;
    const scope = shared ? out[shared - 1] : block;
    add(scope, out[shared] ?? null, to ? into[shared] : null, style, isHidden);
    // A graph's output leaves every group that it stands in.
    for (let depth = shared + 1; depth < out.length; depth++) add(out[depth - 1], out[depth], null, "flow", isHidden);
    for (let depth = shared + 1; depth < into.length; depth++) add(into[depth - 1], null, into[depth], style);
  }

  // Every node, also those inside closed ones, in the spec's order.
  all() {
    if (!this.everything) this.everything = [...inside(this.root)];
    return this.everything;
  }

  // What is on the picture, in the spec's order.
  *shown(node = this.root) {
    for (const child of node.children) {
      yield child;
      if (child.opens && child.isOpen) yield* this.shown(child);
    }
  }

  // The innermost node that stands for a path, or null.
  find(path) {
    let found = null;
    let nodes = this.root.children;
    for (;;) {
      const next = nodes.find((node) => covers(node, path));
      if (!next) return found;
      found = next;
      if (!next.opens || stands(next, path)) return found;
      if (!next.isGroup) path = ofFirst(next, path);
      nodes = next.children;
    }
  }

  // Open and close everything, or what a test of a node says.
  openWhere(test) {
    for (const node of this.all()) node.toggle(test(node));
  }
}

function lazily(object, key, prepare) {
  let value = [];
  Object.defineProperty(object, key, {
    get() {
      prepare();
      return value;
    },
    set(next) {
      value = next;
    },
  });
}

function* inside(node) {
  for (const child of node.children) {
    yield child;
    yield* inside(child);
  }
}

// A container and the groups in it, blocks left alone.
function* scopes(node) {
  yield node;
  for (const child of node.children) if (child.isGroup) yield* scopes(child);
}

// From a container's child down to a node.
function chain(node, container) {
  const found = [];
  for (let step = node; step !== container; step = step.parent) found.unshift(step);
  return found;
}

// A group is entered once and left once, however many of its members do so.
function add(scope, from, to, style, isHidden = false) {
  const isOnce = !to || to.isGroup;
  if (isOnce && scope.links.some((link) => link.source === from && link.target === to)) return;
  scope.links.push({ source: from, target: to, style, isHidden });
}

// Links by numbers, as the layout wants them; what leads nowhere is held to the end unseen.
function finish(scope) {
  const number = new Map(scope.children.map((child, at) => [child, at]));
  const feeds = new Set(scope.links.map((link) => link.source));
  const fed = new Set(scope.links.map((link) => link.target));
  const links = scope.links.map(({ source, target, style, isHidden }) => ({
    from: source ? number.get(source) : START,
    to: target ? number.get(target) : Infinity,
    style, isHidden,
  }));
  const unseen = { style: "flow", isHidden: true };
  for (const child of scope.children) {
    const at = number.get(child);
    if (!fed.has(child)) links.push({ ...unseen, from: START, to: at });
    if (!feeds.has(child)) links.push({ ...unseen, from: at, to: Infinity, isDeadEnd: true });
  }
  scope.links = links;
}

// Whether a node is what a path names, one of the row that it stands for, or holds it.
function stands(node, path) {
  const prefix = node.path.slice(0, node.path.length - node.name.length);
  return node.names.some((row) => row.some((name) => prefix + name === path));
}

function covers(node, path) {
  if (stands(node, path)) return true;
  const prefix = node.path.slice(0, node.path.length - node.name.length);
  if (node.names.some(([name]) => path.startsWith(`${prefix + name}.`))) return true;
  // A round has no name of its own, and a group's need not be a part of its members' names.
  return node.isGroup && node.children.some((child) => covers(child, path));
}

// The same place in the first of a row of equal blocks, which is the one that is drawn.
function ofFirst(node, path) {
  const prefix = node.path.slice(0, node.path.length - node.name.length);
  const [other] = node.names.find(([name]) => path.startsWith(`${prefix + name}.`)) || [node.name];
  return node.path + path.slice(prefix.length + other.length);
}

function sum(rows) {
  return rows.reduce((total, row) => total.map((value, at) => value + row[at]), [0, 0, 0]);
}

// `3 blocks`, `2 layers`: what a closed group holds.
function contents(group) {
  const leaves = [];
  const walk = (node) => {
    for (const child of node.children) child.isGroup ? walk(child) : leaves.push(child);
  };
  walk(group);
  const blocks = leaves.filter((node) => node.opens).reduce((total, node) => total + node.count, 0);
  const layers = leaves
    .filter((node) => !node.opens)
    .reduce((total, node) => total + node.names.reduce((all, row) => all + row.length, 0), 0);
  return [counted(blocks, "block"), counted(layers, "layer")].filter(Boolean).join(", ");
}

function counted(number, thing) {
  return number ? `${number.toLocaleString("en")} ${thing}${number === 1 ? "" : "s"}` : "";
}
