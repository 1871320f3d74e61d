"use strict";
const panel = document.getElementById("panel");
const body = document.getElementById("panel-body");
const heads = [...document.querySelectorAll(".records thead th")].map((th) => th.textContent);

function show(value) {
  document.querySelectorAll(".lit").forEach((e) => e.classList.remove("lit"));
  const numbers = value.dataset.v.split(" ");
  const first = numbers[0];
  document.querySelectorAll(`[data-w~="${first}"]`).forEach((e) => e.classList.add("lit"));
  body.replaceChildren(...numbers.map((n) => describe(document.getElementById("r" + n))));
  panel.className = document.getElementById("r" + first).className;
  panel.hidden = false;
}

function describe(row) {
  const list = document.createElement("dl");
  [...row.cells].forEach((cell, i) => {
    const term = document.createElement("dt");
    const said = document.createElement("dd");
    term.textContent = heads[i];
    said.append(...[...cell.childNodes].map((node) => node.cloneNode(true)));
    said.querySelectorAll("details").forEach((e) => { e.open = true; });
    const pair = document.createElement("div");
    pair.append(term, said);
    list.append(pair);
  });
  return list;
}

function hide() {
  panel.hidden = true;
  document.querySelectorAll(".lit").forEach((e) => e.classList.remove("lit"));
}

let at = -1;
function step(by) {
  const unread = document.querySelectorAll(".u");
  if (!unread.length) return;
  at = (at + by + unread.length) % unread.length;
  unread[at].scrollIntoView({ block: "center" });
  unread[at].focus({ preventScroll: true });
}

document.addEventListener("mouseover", (e) => { const v = e.target.closest(".v"); if (v) show(v); });
document.addEventListener("focusin", (e) => { const v = e.target.closest(".v"); if (v) show(v); });
document.addEventListener("click", (e) => {
  const v = e.target.closest(".v");
  if (v) { e.preventDefault(); show(v); }
});
document.addEventListener("keydown", (e) => {
  if (e.target.closest("input") || e.ctrlKey || e.metaKey || e.altKey) return;
  if (e.key === "Escape") hide();
  if (e.key === "n") step(1);
  if (e.key === "p") step(-1);
});
document.getElementById("close").addEventListener("click", hide);
document.getElementById("next").addEventListener("click", () => step(1));
document.getElementById("previous").addEventListener("click", () => step(-1));
document.querySelectorAll("[data-script]").forEach((e) => { e.hidden = false; });
