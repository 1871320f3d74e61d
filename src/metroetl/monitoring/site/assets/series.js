"use strict";
// The series explorer: a series' values over time with all its vintages. Uses the functions of site.js.

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
  if (document.documentElement.lang === "en") load("english").then(() => headings(true));
}

setUpSeries();
