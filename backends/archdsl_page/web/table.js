// The table: the rows of `archdsl summary`, of which only those in view are in the document.

const ROW = 25; // a row's height
const SPARE = 12; // rows drawn above and below the window

class Table {
  constructor(element, measure) {
    this.element = element;
    this.measure = measure;
    this.head = element.querySelector(".table-head");
    this.body = element.querySelector(".table-body");
    this.foot = element.querySelector(".table-foot");
    this.space = this.body.appendChild(document.createElement("div"));
    this.space.className = "table-space";
    this.space.setAttribute("role", "presentation");
    this.rows = [];
    this.drawn = new Map();
    this.selected = this.lit = -1;
    this.onHover = () => {};
    this.onSelect = () => {};
    this.body.addEventListener("scroll", () => this.draw(), { passive: true });
    new ResizeObserver(() => this.draw()).observe(this.body);
    this.listen();
  }

  show(record) {
    const rows = record.rows.slice();
    const total = rows.pop();
    this.rows = rows;
    this.isFigure = record.columns.map((column) => column.isFigure);
    this.selected = this.lit = -1;
    for (const row of this.drawn.values()) row.remove();
    this.drawn.clear();
    this.space.style.height = `${rows.length * ROW}px`;
    this.element.setAttribute("aria-rowcount", rows.length + 2);
    this.element.style.setProperty("--columns", this.widths(record));
    const head = { layer: "layer", cells: record.columns.map((column) => column.title), depth: 0 };
    this.head.replaceChildren(this.line(head, 1, "columnheader"));
    this.foot.replaceChildren(this.line(total, rows.length + 2));
    this.draw();
  }

  line(row, number, role = "gridcell") {
    const line = document.createElement("div");
    line.className = `row ${row.kind || "head"}`;
    line.setAttribute("role", "row");
    line.setAttribute("aria-rowindex", number);
    const cells = [row.layer, ...row.cells].map((content, at) => {
      const cell = document.createElement("span");
      cell.setAttribute("role", role);
      cell.textContent = content;
      if (at === 0) {
        cell.title = content;
        cell.style.paddingLeft = `${8 + 12 * row.depth}px`;
      } else if (this.isFigure[at - 1]) cell.className = "figure";
      return cell;
    });
    line.append(...cells);
    return line;
  }

  // Figures are as wide as they are; the layer takes what is left.
  widths(record) {
    const sizes = record.columns.map((column, at) => {
      const longest = record.rows.reduce(
        (most, row) => (row.cells[at].length > most.length ? row.cells[at] : most), "",
      );
      const size = Math.max(this.measure(longest, 13.5), this.measure(column.title, 12.5));
      return `${Math.ceil(size) + 18}px`;
    });
    return ["minmax(9rem, 1fr)", ...sizes].join(" ");
  }

  draw() {
    const first = Math.max(0, Math.floor(this.body.scrollTop / ROW) - SPARE);
    const end = Math.min(
      this.rows.length, Math.ceil((this.body.scrollTop + this.body.clientHeight) / ROW) + SPARE,
    );
    const focused = this.focused;
    for (const [at, line] of this.drawn) {
      if ((at >= first && at < end) || at === focused) continue;
      line.remove();
      this.drawn.delete(at);
    }
    for (let at = first; at < end; at++) {
      if (this.drawn.has(at)) continue;
      const line = this.line(this.rows[at], at + 2);
      line.style.top = `${at * ROW}px`;
      line.dataset.row = at;
      this.drawn.set(at, line);
      this.space.append(line);
    }
    this.mark();
  }

  get focused() {
    return Math.max(0, this.selected);
  }

  mark() {
    for (const [at, line] of this.drawn) {
      line.classList.toggle("selected", at === this.selected);
      line.classList.toggle("lit", at === this.lit);
      line.setAttribute("aria-selected", at === this.selected);
      line.setAttribute("tabindex", at === this.focused ? 0 : -1);
    }
  }

  // The row of a node: its own, or the one that stands for it where a block is shown once only.
  rowOf(node) {
    if (!node) return -1;
    const own = this.rows.findIndex((row) => row.path === node.path);
    if (own >= 0) return own;
    return this.rows.findLastIndex((row) => row.at <= node.at);
  }

  select(node) {
    this.selected = this.rowOf(node);
    if (this.selected >= 0) this.bring(this.selected);
    this.draw();
  }

  light(node) {
    this.lit = this.rowOf(node);
    this.mark();
  }

  bring(at) {
    const top = at * ROW;
    const { body } = this;
    if (top < body.scrollTop || top + ROW > body.scrollTop + body.clientHeight) {
      body.scrollTop = top - body.clientHeight / 2;
    }
  }

  listen() {
    const rowAt = (event) => {
      const line = event.target.closest("[data-row]");
      return line ? Number(line.dataset.row) : -1;
    };
    this.body.addEventListener("pointermove", (event) => this.onHover(this.rows[rowAt(event)]));
    this.body.addEventListener("pointerleave", () => this.onHover(undefined));
    this.body.addEventListener("click", (event) => {
      const at = rowAt(event);
      if (at >= 0) this.choose(at);
    });
    this.body.addEventListener("keydown", (event) => {
      const page = Math.max(1, Math.floor(this.body.clientHeight / ROW) - 1);
      const last = this.rows.length - 1;
      const goal = {
        ArrowDown: this.focused + (this.selected < 0 ? 0 : 1), ArrowUp: this.focused - 1,
        PageDown: this.focused + page, PageUp: this.focused - page,
        Home: 0, End: last, Enter: this.focused,
      }[event.key];
      if (goal === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      this.choose(Math.min(last, Math.max(0, goal)));
    });
  }

  choose(at) {
    this.selected = at;
    this.bring(at);
    this.draw();
    this.drawn.get(at).focus({ preventScroll: true });
    this.onSelect(this.rows[at]);
  }
}
