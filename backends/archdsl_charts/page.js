"use strict";
const facts = JSON.parse(document.getElementById("facts").textContent);
const chart = document.querySelector("figure");
const card = document.getElementById("card");
const marks = [...document.querySelectorAll(".mark")];
const rows = [...document.querySelectorAll("tbody tr")];

function choose(network, place) {
  const isOne = network !== null;
  chart.classList.toggle("chosen-one", isOne && marks.some((mark) => mark.dataset.network === network));
  for (const part of [...marks, ...rows]) {
    part.classList.toggle("chosen", part.dataset.network === network);
  }
  card.hidden = !(isOne && place);
  if (card.hidden) return;
  const [name, ...others] = facts[network];
  const head = document.createElement("b");
  head.textContent = name;
  card.replaceChildren(head, ...others.map((fact) => {
    const line = document.createElement("span");
    line.textContent = fact;
    return line;
  }));
  const margin = 12;
  const size = card.getBoundingClientRect();
  const left = place.right + margin + size.width < innerWidth ? place.right + margin : place.left - margin - size.width;
  card.style.left = `${Math.max(margin, left)}px`;
  card.style.top = `${Math.max(margin, Math.min(place.top, innerHeight - size.height - margin))}px`;
}

for (const mark of marks) {
  // The browser's own tooltip would cover the card.
  const title = mark.querySelector("title");
  mark.setAttribute("aria-label", title.textContent);
  mark.setAttribute("tabindex", "0");
  title.remove();
  const show = () => choose(mark.dataset.network, mark.getBoundingClientRect());
  mark.addEventListener("pointerenter", show);
  mark.addEventListener("focus", show);
}
for (const row of rows) {
  row.setAttribute("tabindex", "0");
  row.addEventListener("pointerenter", () => choose(row.dataset.network, null));
  row.addEventListener("focus", () => choose(row.dataset.network, null));
}
for (const part of [...marks, ...rows]) {
  part.addEventListener("pointerleave", () => choose(null, null));
  part.addEventListener("blur", () => choose(null, null));
}
addEventListener("keydown", (event) => {
  if (event.key === "Escape") choose(null, null);
});
