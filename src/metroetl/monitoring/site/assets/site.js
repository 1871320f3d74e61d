"use strict";
// The site's own script: charts when they come into view, downloads, search, language; series.js is the series explorer.
// It asks no network: data stands in the page, the search's titles in assets/search.js.
const ROOT = document.body.dataset.root;
const $ = (selector, from = document) => from.querySelector(selector);
const all = (selector, from = document) => [...from.querySelectorAll(selector)];
const make = (tag, set = {}, ...inside) => {
  const made = Object.assign(document.createElement(tag), set);
  made.append(...inside);
  return made;
};

// A script of the site, once: a page from a file can't fetch, but it may load scripts.
const loading = {};
const load = (name) => (loading[name] ??= new Promise((done) => {
  document.head.append(make("script", { src: `${ROOT}assets/${name}.js`, onload: done }));
}));

// --- downloads -----------------------------------------------------------------------------------------------------

const plain = (text) => (/^[=+\-@\t\r\n＝＋－＠]/.test(text) && !/^[+\-＋－]?[\d.,]+%?$/.test(text) ? "'" + text : text);
const field = (value) => {
  const text = plain(String(value ?? ""));
  return /[",\n\r]/.test(text) ? '"' + text.replaceAll('"', '""') + '"' : text;
};
const csv = (rows) => "\ufeff" + rows.map((row) => row.map(field).join(",")).join("\r\n") + "\r\n";

function save(name, blob) {
  const link = make("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

const named = (name) => location.pathname.split("/").slice(-2).join("-").replace(/\.html$/, "") + "-" + name;
const saveCsv = (name, rows) => save(named(name) + ".csv", new Blob([csv(rows)], { type: "text/csv" }));
const button = (text, title, act) => {
  const made = make("button", { type: "button", title }, text);
  made.addEventListener("click", act);
  return made;
};

const cellsOf = (table) => all("tr", table).map((row) => [...row.cells].map((cell) => cell.textContent.trim()));
const place = (element, ...buttons) => element.after(make("div", { className: "get" }, ...buttons));
const offerTable = (table) =>
  place(table.closest(".scroll") ?? table,
    button("CSV", "下载此表 Download this table", () => saveCsv(table.dataset.name ?? "table", cellsOf(table))),
    button("PNG", "下载此表的图片 Download a picture of this table", () => drawTable(table)));

// A table as a picture, drawn on a canvas: its words in columns as wide as they need.
function drawTable(table) {
  const rows = cellsOf(table), scale = 2, line = 26, pad = 10, canvas = make("canvas"), pen = canvas.getContext("2d");
  const font = (bold) => `${bold ? "600 " : ""}14px "Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif`;
  const cut = (text) => (text.length > 40 ? text.slice(0, 39) + "…" : text);
  pen.font = font(true);
  const widths = rows[0].map((_, at) => Math.max(...rows.map((row) => pen.measureText(cut(row[at] ?? "")).width)) + 2 * pad);
  const title = $("caption", table)?.textContent ?? document.title;
  canvas.width = scale * Math.min(16000, Math.max(widths.reduce((a, b) => a + b, 0), pen.measureText(title).width + 2 * pad));
  canvas.height = scale * Math.min(16000, line * (rows.length + 1) + pad);
  pen.scale(scale, scale);
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.fillStyle = "#1d2730";
  pen.font = font(true);
  pen.fillText(title, pad, line - 8);
  rows.forEach((row, number) => {
    let left = 0;
    row.forEach((text, at) => {
      pen.font = font(number === 0 || at === 0);
      const right = at > 0 && !table.classList.contains("text");
      pen.textAlign = right ? "right" : "left";
      pen.fillText(cut(text), right ? left + widths[at] - pad : left + pad, line * (number + 2) - 8);
      left += widths[at];
    });
  });
  canvas.toBlob((blob) => save(named(table.dataset.name ?? "table") + ".png", blob));
}

// --- charts --------------------------------------------------------------------------------------------------------

// `ast` lets Vega interpret its expressions, so that the page's policy needs no eval.
const OPTIONS = { ast: true, actions: false, defaultStyle: false, renderer: "svg", logLevel: 1, tooltip: { disableDefaultStyle: true } };

async function draw(box) {
  if (box.dataset.drawn) return;
  box.dataset.drawn = "1";
  const given = JSON.parse($("script", box).textContent);
  if (given.layout) {
    box.classList.add(given.layout);
    const values = given.rows.map((row) => Object.fromEntries(given.columns.map((name, at) => [name, row[at]])));
    if (!given.columns.includes("value")) for (const row of values) row.value = Number(row.text);
    given.spec = { ...window.METRO_LAYOUTS[given.layout], height: given.height, data: { values } };
  }
  const shown = box.appendChild(make("div"));
  const { view } = await window.vegaEmbed(shown, given.spec, OPTIONS);
  $("svg", shown)?.setAttribute("aria-hidden", "true");
  box.view = view;
  if (box.nextElementSibling?.className === "get") return;
  place(box,
    button("CSV", "下载数据 Download the data", () => saveCsv(given.name, valuesOf(given, view))),
    button("PNG", "下载图片 Download the picture", async () => {
      const url = await box.view.toImageURL("png", 2);
      save(named(given.name) + ".png", blobOf(url));
    }));
}

function valuesOf(given, view) {
  const data = given.spec.data?.values ?? view.data(Object.keys(view.getState({ data: () => true }).data)[0]);
  const names = [...new Set(data.flatMap(Object.keys))].filter((name) => name !== "own" && !name.startsWith("_"));
  return [names, ...data.map((row) => names.map((name) => row[name]))];
}

function blobOf(url) {
  const bytes = atob(url.split(",")[1]);
  return new Blob([Uint8Array.from(bytes, (sign) => sign.charCodeAt(0))], { type: "image/png" });
}

const seen = new IntersectionObserver((entries) => {
  for (const entry of entries) if (entry.isIntersecting) draw(entry.target);
}, { rootMargin: "400px" });

// --- search --------------------------------------------------------------------------------------------------------

const pairs = (text) => (text.length < 2 ? [text] : [...text].slice(0, -1).map((sign, at) => sign + text[at + 1]));
const flat = (text) => text.toLowerCase().replace(/(\d{4})\s*年?\s*[-q第]*\s*([1-4])\s*季?度?/g, "$1-q$2");

// Every word must be in the title; where none fits whole, titles by the share of the words' pairs of signs in them.
function search(asked) {
  const words = flat(asked).split(/\s+/).filter(Boolean), parts = words.flatMap(pairs);
  const scored = window.METRO_SEARCH.map(([title, address, kind]) => {
    const text = flat(title);
    const whole = words.filter((word) => text.includes(word)).length / words.length;
    return [whole + parts.filter((part) => text.includes(part)).length / parts.length - text.length / 10000, title, address, kind];
  });
  return scored.filter(([score]) => score > 0.6).sort((a, b) => b[0] - a[0]).slice(0, 30);
}

function setUpSearch() {
  const input = $("#find"), list = $("#found");
  let at = -1;
  const close = () => { list.hidden = true; input.setAttribute("aria-expanded", "false"); at = -1; };
  const show = async () => {
    await load("search");
    const asked = input.value.trim();
    if (!asked) return close();
    const found = search(asked);
    list.replaceChildren(...found.map(([, title, address, kind], number) => {
      const line = make("li", { id: "found" + number }, make("a", { href: ROOT + address, tabIndex: -1 }, title, make("small", {}, kind)));
      line.setAttribute("role", "option");
      return line;
    }));
    if (!found.length) list.append(make("li", {}, "没有找到 Nothing found"));
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    at = -1;
  };
  const move = (step) => {
    const lines = all("[role=option]", list);
    if (!lines.length) return;
    lines[at]?.setAttribute("aria-selected", "false");
    at = (at + step + lines.length) % lines.length;
    lines[at].setAttribute("aria-selected", "true");
    lines[at].scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", lines[at].id);
  };
  input.addEventListener("focus", () => load("search"));
  input.addEventListener("input", show);
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") { event.preventDefault(); move(event.key === "ArrowDown" ? 1 : -1); }
    else if (event.key === "Escape") close();
    else if (event.key === "Enter") all("[role=option] a", list)[Math.max(at, 0)]?.click();
  });
  document.addEventListener("click", (event) => { if (!event.target.closest(".find")) close(); });
}

// --- language ------------------------------------------------------------------------------------------------------

// Headings are put together of words that assets/english.js has, the longest first; data keeps its Chinese.
const HEADINGS = "thead th, caption, figcaption, section > h2:not(:has([data-en])), tbody th, #indicator option";

function headings(english) {
  if (english && document.documentElement.lang !== "en") return;
  for (const box of all(HEADINGS)) for (const node of box.childNodes) {
    if (node.nodeType !== Node.TEXT_NODE) continue;
    node.chinese ??= node.data;
    node.data = english ? translated(node.chinese) : node.chinese;
  }
}

function translated(text) {
  const known = window.METRO_ENGLISH;
  const words = (translated.pattern ??= new RegExp(Object.keys(known).map((word) => word.replace(/[()]/g, "\\$&")).join("|"), "g"));
  return text.replace(words, (word) => known[word]).replaceAll("（", " (").replaceAll("）", ")").replaceAll("：", ": ");
}

function setUpLanguage() {
  const key = "metroetl-language", knob = $("#language");
  const kept = () => { try { return localStorage.getItem(key); } catch { return null; } };
  const set = (english) => {
    document.documentElement.lang = english ? "en" : "zh-CN";
    for (const words of all("[data-en]")) {
      words.dataset.zh ??= words.textContent;
      words.textContent = english ? words.dataset.en : words.dataset.zh;
    }
    if (english) load("english").then(() => headings(true));
    else headings(false);
    knob.setAttribute("aria-pressed", String(english));
    knob.textContent = english ? "中文" : "English";
  };
  set(kept() === "en");
  knob.addEventListener("click", () => {
    const english = document.documentElement.lang !== "en";
    set(english);
    try { localStorage.setItem(key, english ? "en" : "zh"); } catch { /* a browser that keeps nothing */ }
  });
}

// --- what is cited --------------------------------------------------------------------------------------------------

function setUpMarks() {
  const words = JSON.parse($("#words").textContent);
  for (const mark of all("[data-words]")) mark.title = mark.dataset.words.split(" ").map((number) => words[number]).join(" ");
}

// --- what was computed ---------------------------------------------------------------------------------------------

// Parts are numbers of the page's own links to evidence in their order, then of `more`; below 0 of another note.
function setUpNotes() {
  const { notes, more, words } = JSON.parse($("#parts").textContent);
  const cited = new Map(), values = new Map();
  for (const link of all("main a[href]")) {
    const to = link.getAttribute("href"), known = to.startsWith("#c") ? values : to.includes("evidence/") ? cited : null;
    if (known && !known.has(to)) known.set(to, link.textContent);
  }
  const links = [...cited, ...more];
  const value = (number) => values.get("#c" + number) ?? notes[number - 1][3];
  const part = (number) => make("a", ...(number < 0 ? [{ href: "#c" + -number }, value(-number)] : [{ href: links[number][0] }, links[number][1]]));
  $("#made").replaceChildren(...notes.map(([what, how, parts], at) => make("li", { id: "c" + (at + 1) },
    words[what] + " ", make("b", {}, value(at + 1)), " = " + words[how] + "：", ...parts.flatMap((number, n) => (n ? ["、", part(number)] : [part(number)])))));
  if (/^#c\d+$/.test(location.hash)) location.replace(location.hash); // its target is there only now
}

// --- start ---------------------------------------------------------------------------------------------------------

setUpLanguage();
setUpSearch();
all("table[data-name]").forEach(offerTable);
all(".chart").forEach((box) => seen.observe(box));
window.addEventListener("beforeprint", () => all(".chart").forEach(draw));
if ($("#words")) setUpMarks();
if ($("#parts")) setUpNotes();
