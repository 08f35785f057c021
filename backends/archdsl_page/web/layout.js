// Layout: where boxes, frames and lines lie. A piece is something laid out around an upright axis
// that the flow enters at its top and leaves at its bottom: how far it reaches to the left and to
// the right of the axis, its height, and `put`, which writes it onto a sheet at a place.

const START = -1; // the end of a link that comes from outside
const LEAVE = 15; // how far below a box lines part: the shape that leaves it stands above
const ENTER = 15; // how far above a box lines meet
const ENTRY = 17; // from the top of a branch to its first box
const EXIT = 12; // from its last box to its end
const EXIT_BELOW_SHAPE = 19; // where the shape that leaves the box is written there
const LANE = 13; // from one skip's lane to the next
const CLEAR = 16; // from a box to the first lane beside it
const HEAD = 22; // the band with a frame's name
const WIDEST = 340;

class Sheet {
  constructor() {
    this.boxes = [];
    this.frames = [];
    this.lines = [];
  }

  line(points, style, hasHead) {
    const kept = points.filter((p, i) => i === 0 || p[0] !== points[i - 1][0] || p[1] !== points[i - 1][1]);
    if (kept.length < 2) return;
    const xs = kept.map((p) => p[0]);
    const ys = kept.map((p) => p[1]);
    const left = Math.min(...xs), top = Math.min(...ys);
    this.lines.push({
      points: kept, style, hasHead,
      x: left - 4, y: top - 4,
      width: Math.max(...xs) - left + 8, height: Math.max(...ys) - top + 8,
    });
  }
}

// The whole picture of an open root: every box, frame and line in its place, from (0, 0) on.
function layOut(root, look, measure) {
  const sheet = new Sheet();
  const piece = new Layout(look, measure).inside(root);
  piece.put(piece.left, 0, sheet);
  sheet.width = piece.left + piece.right;
  sheet.height = piece.height;
  return sheet;
}

class Layout {
  constructor(look, measure) {
    this.look = look;
    this.measure = measure;
  }

  // What an open node holds, without a frame. Kept with the node until something in it opens.
  inside(node) {
    if (!node.piece) {
      const column = this.column(node.children);
      const pieces = node.children.map((child) => () => this.piece(child, column));
      const numbers = node.children.map((_, number) => number);
      node.piece = new Region(this.look, node.children, pieces).series(numbers, node.links, true);
    }
    return node.piece;
  }

  // The one width of the boxes of a column.
  column(nodes) {
    const widths = nodes.filter((n) => hasColumnWidth(n)).map((n) => this.needed(n));
    return Math.min(WIDEST, widths.reduce((a, b) => Math.max(a, b), this.look.minimum));
  }

  needed(node) {
    const { look } = this;
    let width = this.measure(node.text, look.text);
    for (const note of node.notes) width = Math.max(width, this.measure(note, look.small));
    const slant = node.form === "trapezoid" ? 2 * look.slant : node.opens ? 16 : 0;
    return Math.ceil(width) + 2 * look.padding + slant;
  }

  piece(node, column) {
    if (node.opens && node.isOpen) return this.frame(node);
    const { look } = this;
    let width = Math.min(WIDEST, hasColumnWidth(node) ? column : this.needed(node));
    let height = look.height + look.note * node.notes.length;
    if (node.form === "round") width = height = look.round;
    if (node.form === "port") height = look.port;
    if (node.form === "bar") height += look.bar - look.height;
    const ear = node.skip ? look.ear : 0;
    const stack = node.count > 1 ? look.stack : 0;
    return {
      left: width / 2, right: width / 2 + Math.max(ear, stack), height: height + stack,
      half: width / 2, stack,
      put(x, y, sheet, reach) {
        const [left, right] = reach || [width / 2, width / 2];
        sheet.boxes.push({ node, x: x - left, y: y + stack, width: left + right, height, axis: x });
      },
    };
  }

  frame(node) {
    const { look } = this;
    const inner = this.inside(node);
    const label = Math.min(WIDEST, this.measure(node.heading, look.small) + 30);
    const stack = node.count > 1 ? look.stack : 0;
    let left = inner.left + look.margin;
    let right = inner.right + look.margin;
    if (node.isGroup) {
      // Its line runs through, so the name stands beside it.
      left = Math.max(left, label + 14);
    } else {
      const more = Math.max(0, label + 8 - left - right) / 2;
      left += more;
      right += more;
    }
    const height = inner.height + HEAD;
    return {
      left, right: right + stack, height: height + stack, half: left, stack, runsThrough: node.isGroup,
      put(x, y, sheet) {
        const top = y + stack;
        sheet.frames.push({ node, x: x - left, y: top, width: left + right, height, axis: x });
        if (node.isGroup) sheet.line([[x, top], [x, top + HEAD]], "flow", false);
        inner.put(x, top + HEAD, sheet);
      },
    };
  }
}

function hasColumnWidth(node) {
  return !(node.opens && node.isOpen) && ["box", "trapezoid", "block"].includes(node.form);
}

// Series and parallel parts of one container's graph, found from the links alone. Members are
// numbers in the spec's order, which is an order of execution; START and Infinity are the ends.
class Region {
  constructor(look, nodes, pieces) {
    this.look = look;
    this.nodes = nodes;
    this.pieces = pieces;
    this.made = new Map();
  }

  pieceOf(number) {
    if (!this.made.has(number)) this.made.set(number, this.pieces[number]());
    return this.made.get(number);
  }

  // The members in a row, with what lies between two members that every path passes.
  series(members, links, isWhole = false) {
    const place = new Map(members.map((member, at) => [member, at]));
    place.set(START, -1).set(Infinity, members.length);
    const leaving = members.map(() => []);
    const first = [];
    for (const link of links) (link.from === START ? first : leaving[place.get(link.from)]).push(link);

    const steps = [];
    let before = START, between = [], open = first, far = farthest(first, place);
    const close = (next) => {
      steps.push({ gap: this.gap(before, next, between, open), next });
      before = next;
      between = [];
      open = [];
    };
    for (let at = 0; at < members.length; at++) {
      if (far <= at) close(members[at]);
      else between.push(members[at]);
      open.push(...leaving[at]);
      far = Math.max(far, farthest(leaving[at], place));
    }
    close(Infinity);
    return this.stacked(steps, isWhole);
  }

  stacked(steps, isWhole) {
    const parts = [];
    let left = 0, right = 0, height = 0;
    for (const { gap, next } of steps) {
      parts.push({ piece: gap, at: height });
      left = Math.max(left, gap.left);
      right = Math.max(right, gap.right);
      height += gap.height;
      if (next === Infinity) continue;
      const piece = this.pieceOf(next);
      const reach = gap.reach && this.nodes[next].form === "bar" ? this.reach(piece, gap.reach) : null;
      parts.push({ piece, at: height, reach });
      left = Math.max(left, reach ? reach[0] : piece.left);
      right = Math.max(right, reach ? reach[1] : piece.right);
      height += piece.height;
    }
    return {
      left, right, height,
      put(x, y, sheet) {
        for (const part of parts) part.piece.put(x, y + part.at, sheet, part.reach);
      },
    };
  }

  // How far a bar goes: from its first path to its last.
  reach(piece, [first, last]) {
    const end = this.look.barEnd;
    return [Math.max(piece.left, end - first), Math.max(piece.right, end + last)];
  }

  // What lies between two members: a line, or branches side by side and skips around them.
  gap(before, after, between, links) {
    const ends = this.ends(before, after);
    const order = new Map(links.filter((link) => link.to === after).map((link, at) => [link, at]));
    const direct = links.filter((link) => link.from === before && link.to === after && !link.isHidden);
    if (between.length === 0) return this.plain(ends, direct);
    const groups = components(between, links, before, after);
    if (groups.length === 1 && links.every((link) => link.from !== before || link.to !== after)) {
      return this.column(ends, between, links, before, after);
    }
    const branches = groups.map((members) => this.branch(members, links, before, after, order));
    const lanes = direct.map((link) => ({ style: link.style, order: order.get(link) }));
    return this.parallel(ends, branches, lanes);
  }

  // How lines begin and end: where they part below `before`, and how they enter `after`.
  ends(before, after) {
    const from = before === START ? null : this.nodes[before];
    const to = after === Infinity ? null : this.nodes[after];
    const target = to && this.pieceOf(after);
    const runsThrough = Boolean(target && target.runsThrough);
    return {
      isStart: !from,
      exit: from && from.leaves ? EXIT_BELOW_SHAPE : EXIT,
      form: !to ? "end" : to.isOpen && to.opens ? "frame" : to.form,
      hasHead: Boolean(to) && !runsThrough,
      stack: target ? target.stack : 0,
      half: target ? target.half : 0,
    };
  }

  branch(members, links, before, after, order) {
    const own = new Set(members);
    const inner = links
      .filter((link) => own.has(link.from) || own.has(link.to))
      .map((link) => ({
        ...link,
        from: link.from === before ? START : link.from,
        to: link.to === after ? Infinity : link.to,
      }));
    const last = links.filter((link) => own.has(link.from) && link.to === after);
    const enters = links.find((link) => link.from === before && own.has(link.to));
    return {
      piece: this.series(members, inner),
      // A side head and a projection stand beside the way through the network.
      isAside: last.every((link) => link.isDeadEnd || link.style === "projection"),
      isDead: last.every((link) => link.isHidden),
      isFed: Boolean(enters) && !enters.isHidden,
      style: enters ? enters.style : "flow",
      leaves: last.length ? last[0].style : "flow",
      order: Math.min(...last.map((link) => order.get(link))),
    };
  }

  plain(ends, direct) {
    const { look } = this;
    const between = ends.form === "end" ? ends.exit : look.rankGap;
    const height = direct.length === 0 ? 0 : ends.isStart ? ENTRY : between;
    if (direct.length > 1) {
      const lanes = direct.map((link, order) => ({ style: link.style, order }));
      return this.parallel(ends, [], lanes);
    }
    return {
      left: 0, right: 0, height,
      put(x, y, sheet) {
        if (direct.length) {
          sheet.line([[x, y], [x, y + height + ends.stack]], direct[0].style, ends.hasHead);
        }
      },
    };
  }

  parallel(ends, branches, lanes) {
    const { look } = this;
    const part = ends.isStart ? 6 : LEAVE;
    const tall = branches.reduce((a, b) => Math.max(a, b.piece.height), lanes.length ? ENTRY : 0);
    const meet = { end: EXIT, round: 18, bar: 10 }[ends.form] ?? ENTER + 6;
    const height = part + tall + meet;
    const ways = this.spread(branches, lanes);
    const fed = ways.filter((way) => !way.isDead);
    const inOrder = [...fed].sort((a, b) => a.x - b.x);
    const ports = new Map(inOrder.map((way, at) => [way, this.port(ends, at, inOrder.length)]));
    return {
      left: Math.max(0, ...ways.map((way) => way.left - way.x)),
      right: Math.max(0, ...ways.map((way) => way.right + way.x)),
      height,
      reach: fed.length ? [inOrder[0].x, inOrder[inOrder.length - 1].x] : null,
      put(x, y, sheet) {
        for (const way of ways) {
          const at = x + way.x;
          const bottom = y + height;
          const top = y + part;
          const end = way.piece ? top + way.piece.height : top;
          const begin = [[x, y], [x, top], [at, top]];
          if (way.piece) {
            if (way.isFed) sheet.line(begin, way.style, false);
            way.piece.put(at, top, sheet);
          }
          if (way.isDead) continue;
          const start = way.piece ? [[at, end]] : begin;
          const finish = finishing(ends, x, at, bottom, ports.get(way));
          sheet.line([...start, ...finish], way.leaves, ends.hasHead);
        }
      },
    };
  }

  // Where a way meets a box that several enter at its top.
  port(ends, at, count) {
    if (ends.form === "round" || ends.form === "bar" || ends.form === "end") return 0;
    const step = Math.min(16, (1.6 * ends.half) / Math.max(1, count - 1));
    return (at - (count - 1) / 2) * step;
  }

  // Ways side by side. One that is plainly the main one stays on the axis, and what leads around
  // it is at its right; else they lie around the axis, in the order in which they are merged.
  spread(branches, lanes) {
    const { look } = this;
    const boxes = branches.map((branch) => ({
      ...branch, left: branch.piece.left, right: branch.piece.right,
    }));
    const skips = lanes.map((lane) => ({
      ...lane, leaves: lane.style, isFed: true, left: 0, right: 0,
    }));
    const main = boxes.filter((way) => !way.isAside);
    if (boxes.length === 0 || boxes.length === 1 || main.length === 1) {
      const [middle] = boxes.length === 1 ? boxes : main;
      const ways = middle ? [{ ...middle, x: 0 }] : [{ ...skips.shift(), x: 0 }];
      let right = ways[0].right;
      for (const way of boxes.filter((way) => way !== middle)) {
        const x = right + look.columnGap + way.left;
        ways.push({ ...way, x });
        right = x + way.right;
      }
      skips.forEach((way, at) => ways.push({ ...way, x: right + CLEAR + at * LANE }));
      return ways;
    }
    const ways = [...boxes, ...skips].sort((a, b) => a.order - b.order);
    let right = 0;
    for (const way of ways) {
      way.x = right + way.left + (way.piece ? 0 : 6);
      right = way.x + way.right + look.columnGap;
    }
    const middle = (ways[0].x + ways[ways.length - 1].x) / 2;
    for (const way of ways) way.x -= middle;
    return ways;
  }

  // What is neither a series nor parallel: one column, and a lane for each member whose output is
  // used further down. Nothing crosses a box, however the links go.
  column(ends, members, links, before, after) {
    const { look } = this;
    const place = new Map(members.map((member, at) => [member, at]));
    place.set(before, -1).set(after, members.length);
    const pieces = members.map((member) => this.pieceOf(member));
    const right = Math.max(...pieces.map((piece) => piece.right));
    const step = LEAVE + ENTER + 12;
    const tops = [];
    let height = ends.isStart ? step - LEAVE : step;
    for (const piece of pieces) {
      tops.push(height);
      height += piece.height + step;
    }
    if (ends.form === "end") height -= ENTER;
    const bottomOf = (at) => (at < 0 ? 0 : tops[at] + pieces[at].height);
    const topOf = (at) => (at < members.length ? tops[at] + pieces[at].stack : height + ends.stack);
    const isHeaded = (at) =>
      at < members.length ? !pieces[at].runsThrough : ends.hasHead;
    const shown = links.filter((link) => !link.isHidden);
    const far = shown.filter((link) => place.get(link.to) - place.get(link.from) > 1);
    const laneOf = lanes(far, place);
    return {
      left: Math.max(...pieces.map((piece) => piece.left)),
      right: right + CLEAR + LANE * Math.max(0, ...laneOf.values()),
      height,
      put(x, y, sheet) {
        pieces.forEach((piece, at) => piece.put(x, y + tops[at], sheet));
        for (const link of shown) {
          const from = place.get(link.from), to = place.get(link.to);
          const start = y + bottomOf(from), end = y + topOf(to);
          if (to - from === 1) {
            sheet.line([[x, start], [x, end]], link.style, isHeaded(to));
            continue;
          }
          const lane = x + right + CLEAR + LANE * laneOf.get(from);
          const turn = start + (from < 0 && ends.isStart ? 6 : LEAVE), back = end - ENTER;
          sheet.line(
            [[x, start], [x, turn], [lane, turn], [lane, back], [x, back], [x, end]],
            link.style, isHeaded(to),
          );
        }
      },
    };
  }
}

// The last points of a way that comes down at `at` to what has its axis at `x`, its top at `y`.
function finishing(ends, x, at, y, port) {
  if (ends.form === "bar" || (at === x && port === 0)) return [[at, y + ends.stack]];
  if (ends.form === "round") {
    const level = y + ends.half;
    return [[at, level], [x + Math.sign(at - x) * ends.half, level]];
  }
  const turn = ends.form === "end" ? y - 4 : y - ENTER;
  const target = x + port;
  return [[at, turn], [target, turn], [target, y + ends.stack]];
}

function farthest(links, place) {
  return links.reduce((far, link) => Math.max(far, place.get(link.to)), -1);
}

// The parts of what lies between two members that are linked with each other, in order.
function components(members, links, before, after) {
  const root = new Map(members.map((member) => [member, member]));
  const find = (member) => {
    while (root.get(member) !== member) {
      root.set(member, root.get(root.get(member)));
      member = root.get(member);
    }
    return member;
  };
  for (const { from, to } of links) {
    if (from === before || to === after) continue;
    const [one, other] = [find(from), find(to)];
    if (one !== other) root.set(Math.max(one, other), Math.min(one, other));
  }
  const found = new Map();
  for (const member of members) {
    const first = find(member);
    if (!found.has(first)) found.set(first, []);
    found.get(first).push(member);
  }
  return [...found.values()];
}

// Place of a source -> its lane: those that are open at the same height keep apart.
function lanes(links, place) {
  const spans = new Map();
  for (const link of links) {
    const from = place.get(link.from), to = place.get(link.to);
    spans.set(from, Math.max(spans.get(from) ?? to, to));
  }
  const found = new Map();
  const ends = [];
  for (const [from, to] of [...spans].sort((a, b) => a[0] - b[0])) {
    let lane = ends.findIndex((end) => end <= from);
    if (lane < 0) lane = ends.length;
    ends[lane] = to;
    found.set(from, lane);
  }
  return found;
}
