"use strict";
// The site's own script: charts when they come into view, downloads, search, language, the series explorer.
// It asks no network: data stands in the page, the search's titles in assets/search.js.
const ROOT = document.body.dataset.root;
const $ = (selector, from = document) => from.querySelector(selector);
const all = (selector, from = document) => [...from.querySelectorAll(selector)];
const make = (tag, set = {}, ...inside) => {
  const made = Object.assign(document.createElement(tag), set);
  made.append(...inside);
  return made;
};

// --- downloads -----------------------------------------------------------------------------------------------------

const plain = (text) => (/^[=+\-@\t\r]/.test(text) && !/^[+-]?[\d.]+$/.test(text) ? "'" + text : text);
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
  let loading = null, at = -1;
  const load = () => (loading ??= new Promise((done) => {
    document.head.append(make("script", { src: ROOT + "assets/search.js", onload: done }));
  }));
  const close = () => { list.hidden = true; input.setAttribute("aria-expanded", "false"); at = -1; };
  const show = async () => {
    await load();
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
  input.addEventListener("focus", load);
  input.addEventListener("input", show);
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") { event.preventDefault(); move(event.key === "ArrowDown" ? 1 : -1); }
    else if (event.key === "Escape") close();
    else if (event.key === "Enter") all("[role=option] a", list)[Math.max(at, 0)]?.click();
  });
  document.addEventListener("click", (event) => { if (!event.target.closest(".find")) close(); });
}

// --- language ------------------------------------------------------------------------------------------------------

function setUpLanguage() {
  const key = "metroetl-language", knob = $("#language");
  const kept = () => { try { return localStorage.getItem(key); } catch { return null; } };
  const set = (english) => {
    document.documentElement.lang = english ? "en" : "zh-CN";
    for (const words of all("[data-en]")) {
      words.dataset.zh ??= words.textContent;
      words.textContent = english ? words.dataset.en : words.dataset.zh;
    }
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

// --- series --------------------------------------------------------------------------------------------------------

// A point is [period, value, document, anchor, vintage 1, note "", replaced on ""]: what is as usual is left out at its end.
function pointOf(given, [period, value, document, anchor, vintage = 1, note = "", until = ""]) {
  const [page, from] = given.documents[document];
  return { period: given.periods[period], value, address: `../../${page}#${anchor}`, vintage, note, from, until };
}

const SERIES = ["region", "indicator", "measure", "variant", "unit", "period", "value", "vintage", "from", "until", "note", "address"];

function setUpSeries() {
  const given = JSON.parse($("#given").textContent);
  place($("#explorer"), button("CSV：全部序列 All series", "下载全部序列及修订", () => saveCsv("all", [SERIES, ...given.series.flatMap(
    ([region, indicator, measure, variant, unit, points]) => points.map((point) => {
      const told = { region: given.regions[region], indicator: given.indicators[indicator], measure, variant, unit, ...pointOf(given, point) };
      return SERIES.map((name) => told[name]);
    }))])));
  const boxes = { region: $("#region"), indicator: $("#indicator"), measure: $("#measure") };
  const fill = (box, codes, names, wanted) => {
    box.replaceChildren(...codes.map((code) => make("option", { value: code }, names[code] ?? code)));
    box.value = codes.includes(wanted) ? wanted : codes[0] ?? "";
  };
  const having = (test) => given.series.filter(test);
  const inOrder = (names, codes) => Object.keys(names).filter((code) => codes.has(code));
  const choose = (region, indicator, measure) => {
    fill(boxes.region, inOrder(given.regions, new Set(given.series.map((s) => s[0]))), given.regions, region);
    const here = having((s) => s[0] === boxes.region.value);
    fill(boxes.indicator, inOrder(given.indicators, new Set(here.map((s) => s[1]))), given.indicators, indicator);
    const both = here.filter((s) => s[1] === boxes.indicator.value);
    const names = Object.fromEntries(both.map((s) => [s[2] + "/" + s[3], given.measures[s[2]] + (s[3] ? `（${s[3]}）` : "")]));
    fill(boxes.measure, Object.keys(names), names, measure);
    const one = both.find((s) => s[2] + "/" + s[3] === boxes.measure.value);
    if (one) showSeries(given, one);
  };
  const asked = () => decodeURIComponent(location.hash.slice(1)).split("/");
  for (const box of Object.values(boxes)) box.addEventListener("change", () => {
    choose(boxes.region.value, boxes.indicator.value, boxes.measure.value);
    history.replaceState(null, "", `#${boxes.region.value}/${boxes.indicator.value}/${boxes.measure.value}`);
  });
  const start = () => { const [region, indicator, ...measure] = asked(); choose(region, indicator, measure.join("/")); };
  window.addEventListener("hashchange", start);
  start();
}

// Values over time; where all are quarters (a year is its fourth) those without a value are a gap, not a line across.
function spread(points) {
  const at = points.map(({ period }) => /^(\d{4})(?:-Q([1-4]))?$/.exec(period)).map((found) => found && found[1] * 4 + Number(found[2] ?? 4) - 1);
  if (at.includes(null) || !at.length || points.every(({ period }) => period.length === 4)) return points.map(({ period, value }) => [period, value]);
  const known = new Map(points.map(({ period, value }, n) => [at[n], [period, value]]));
  return Array.from({ length: Math.max(...at) - at[0] + 1 }, (_, n) => known.get(at[0] + n) ?? [`${Math.floor((at[0] + n) / 4)}-Q${((at[0] + n) % 4) + 1}`, null]);
}

function showSeries(given, [region, indicator, , , unit, packed]) {
  const title = `${given.regions[region]} ${given.indicators[indicator]}（${unit}）`, points = packed.map((point) => pointOf(given, point));
  const rows = spread(points.filter((point) => !point.until)).map(([period, value]) => [period, given.regions[region], value === null ? null : Number(value)]);
  const told = { name: "series", layout: "trend", height: 260, columns: ["quarter", "place", "value"], rows };
  const chart = make("div", { className: "chart" }, make("script", { type: "application/json" }, JSON.stringify(told)));
  chart.setAttribute("role", "img");
  chart.setAttribute("aria-label", `${title}：${rows.filter((row) => row[2] !== null).map(([period, , value]) => period + " " + value).join("，")}`);
  const head = (scope, text) => Object.assign(make("th", {}, text), { scope });
  const lines = points.toReversed().map((point) => make("tr", {}, head("row", point.period),
    make("td", {}, make("a", { href: point.address }, String(point.value))),
    ...[point.vintage, point.from, point.until || "—", point.note || "—"].map((text) => make("td", {}, String(text)))));
  const table = make("table", {}, make("caption", {}, title),
    make("thead", {}, make("tr", {}, ...["时期", "数值", "版次", "公布于", "被替代于", "说明"].map((text) => head("col", text)))),
    make("tbody", {}, ...lines));
  table.dataset.name = "series";
  $("#series").replaceChildren(make("figure", {}, make("figcaption", {}, title), chart), make("div", { className: "scroll", tabIndex: 0 }, table));
  draw(chart);
  offerTable(table);
}

// --- start ---------------------------------------------------------------------------------------------------------

setUpLanguage();
setUpSearch();
all("table[data-name]").forEach(offerTable);
all(".chart").forEach((box) => seen.observe(box));
window.addEventListener("beforeprint", () => all(".chart").forEach(draw));
if ($("#words")) setUpMarks();
if ($("#parts")) setUpNotes();
if ($("#given")) setUpSeries();
