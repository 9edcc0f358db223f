// What script adds to a result: a map, a bar chart, the raw answer. The table stays beside each of them.

const BARS = 40;
const RAW_LENGTH = 200_000;
const POINT = /POINT\s*(?:Z|M|ZM)?\s*\(\s*(-?[\d.]+)[\s]+(-?[\d.]+)/i;
const LATITUDE = /^(lat|latitude|leveysaste|latitud)$/i;
const LONGITUDE = /^(lon|lng|long|longitude|pituusaste|longitud)$/i;

function make(name, attributes = {}, ...children) {
  const svg = ["svg", "rect"].includes(name);
  const node = svg ? document.createElementNS("http://www.w3.org/2000/svg", name) : document.createElement(name);
  Object.entries(attributes).forEach(([key, value]) => node.setAttribute(key, value));
  node.append(...children);
  return node;
}

export const fill = (text, values) => text.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);

/** A cell of a table: its text, its code where it is a thing, its number where it is one. */
function cell(node) {
  const text = (node.querySelector("bdi, a") ?? node).textContent.trim();
  const figure = node.classList.contains("figure") && text !== "" && Number.isFinite(Number(text));
  return { node, text, code: node.querySelector("code")?.textContent ?? "", number: figure ? Number(text) : null };
}

function read(table) {
  const columns = [...table.tHead.rows[0].cells].map((head) => head.textContent);
  const rows = [...table.tBodies[0].rows].filter((row) => row.cells.length === columns.length || columns.length === 1);
  return { columns, rows: rows.map((row) => [...row.cells].map(cell)) };
}

/** The columns of a bar chart: names, and the first numbers that are not all alike; null where there are none. */
export function chartColumns({ columns, rows }) {
  if (rows.length < 2) return null;
  const all = (column, test) => rows.every((row) => test(row[column]));
  const numbers = columns.map((_, column) => column).filter((column) => all(column, ({ number }) => number !== null && number >= 0));
  const value = numbers.find((column) => new Set(rows.map((row) => row[column].number)).size > 1) ?? numbers[0];
  const texts = columns.map((_, column) => column).filter((column) => !numbers.includes(column) && all(column, ({ text }) => text));
  const label = texts.find((column) => new Set(rows.map((row) => row[column].text)).size === rows.length) ?? texts[0];
  return value === undefined || label === undefined ? null : { label, value };
}

function chart(data, words) {
  const { label, value } = chartColumns(data);
  const shown = data.rows.slice(0, BARS);
  const most = Math.max(...shown.map((row) => row[value].number), 1);
  const list = make("ol", { class: "bars" });
  for (const row of shown) {
    const bar = make("rect", { width: `${(100 * row[value].number) / most}%`, height: "100%" });
    list.append(
      make("li", {}, make("span", { class: "bar-name" }, row[label].text),
        make("svg", { class: "bar", width: "100%", height: "14", "aria-hidden": "true", focusable: "false" }, bar),
        make("span", { class: "bar-value" }, row[value].number.toLocaleString(document.documentElement.lang))),
    );
  }
  let title = fill(words.chart, { label: data.columns[label], value: data.columns[value] });
  if (shown.length < data.rows.length) title += `, ${fill(words.chartFirst, { shown: shown.length, all: data.rows.length })}`;
  return make("figure", {}, make("figcaption", { class: "quiet" }, title), list);
}

/** Where the rows of a result lie: by WKT, by columns of latitude and longitude, or by country. */
export function places({ columns, rows }, middles = {}) {
  const [latitude, longitude] = [LATITUDE, LONGITUDE].map((name) => columns.findIndex((column) => name.test(column)));
  const found = new Map();
  for (const row of rows) {
    const point = row.map(({ text }) => POINT.exec(text)).find(Boolean);
    const country = row.map(({ code }) => /^country:([A-Z0-9]{3})$/.exec(code)?.[1]).find((code) => code && code in middles);
    const numbers = point ? [Number(point[2]), Number(point[1])]
      : latitude >= 0 && longitude >= 0 ? [row[latitude], row[longitude]].map(({ text }) => (text ? Number(text) : NaN))
      : country ? [middles[country][1], middles[country][0]] : [];
    if (numbers.length !== 2 || !numbers.every(Number.isFinite) || Math.abs(numbers[0]) > 90 || Math.abs(numbers[1]) > 180) continue;
    const key = numbers.join(" ");
    if (!found.has(key)) found.set(key, { at: numbers, rows: [], country: !point && country && !(latitude >= 0 && longitude >= 0) });
    found.get(key).rows.push(row);
  }
  return [...found.values()];
}

const mayHavePlaces = ({ columns, rows }) =>
  (columns.some((name) => LATITUDE.test(name)) && columns.some((name) => LONGITUDE.test(name))) ||
  rows.some((row) => row.some(({ text, code }) => POINT.test(text) || /^country:[A-Z0-9]{3}$/.test(code)));

let library; // asked for when a map is opened first
export function mapLibrary() {
  const here = (name) => new URL(`./vendor/${name}`, import.meta.url).href;
  library ??= Promise.all([
    import("./vendor/leaflet.js"),
    fetch(here("countries.json")).then((response) => response.json()),
    new Promise((resolve, reject) => {
      const style = make("link", { rel: "stylesheet", href: here("leaflet.css") });
      style.onload = resolve;
      style.onerror = reject;
      document.head.append(style);
    }),
  ]).catch((error) => {
    library = undefined;
    throw error;
  });
  return library;
}

async function map(data, words) {
  const [L, { land, middles }] = await mapLibrary();
  const found = places(data, middles);
  const canvas = make("div", { class: "map", role: "region", "aria-label": fill(words.map, { num: found.length }) });
  const without = data.rows.length - found.reduce((sum, { rows }) => sum + rows.length, 0);
  const note = (found.some(({ country }) => country) ? `; ${words.country}` : "") + (without ? `; ${fill(words.placeless, { num: without })}` : "");
  const figure = make("figure", {}, make("figcaption", { class: "quiet" }, fill(words.map, { num: found.length }) + note), canvas);
  figure.opened = () => {
    const view = L.map(canvas, { zoomControl: false, scrollWheelZoom: false, worldCopyJump: true, zoomSnap: 0.5, minZoom: 1, maxZoom: 12, zoomAnimation: false, fadeAnimation: false, markerZoomAnimation: false });
    view.attributionControl.setPrefix(false);
    view.attributionControl.addAttribution(words.outline);
    L.control.zoom({ zoomInTitle: words.zoomIn, zoomOutTitle: words.zoomOut }).addTo(view);
    L.geoJSON(land, { interactive: false, style: { className: "land" } }).addTo(view);
    for (const { at, rows } of found) {
      const size = Math.round(20 + 6 * Math.sqrt(rows.length));
      const names = rows.map((row) => row.filter(({ text, number }) => text && number === null && !POINT.test(text)).map(({ text }) => text).join(", "));
      const icon = L.divIcon({ className: "dot", iconSize: [size, size], html: rows.length > 1 ? String(rows.length) : "" });
      const marker = L.marker(at, { icon, title: names.slice(0, 3).join("; "), alt: names.slice(0, 3).join("; ") }).addTo(view);
      const list = make("ul", { class: "popup" }, ...rows.slice(0, 12).map((row) => make("li", {}, ...named(row))));
      if (rows.length > 12) list.append(make("li", {}, "…"));
      marker.bindPopup(list, { maxWidth: 260, maxHeight: 240 });
    }
    if (found.length) view.fitBounds(found.map(({ at }) => at), { padding: [32, 32], maxZoom: 7 });
    else view.setView([55, 15], 3);
  };
  return figure;
}

function named(row) {
  const parts = row.filter(({ text, number }) => text && number === null && !POINT.test(text));
  return parts.flatMap(({ node, text }, number) => {
    const link = node.querySelector("a")?.cloneNode(true);
    return number ? [", ", link ?? text] : [link ?? text];
  });
}

async function raw(query, graph) {
  const accept = graph ? "text/turtle" : "application/sparql-results+json";
  const response = await fetch("/sparql", { method: "POST", body: new URLSearchParams({ query }), headers: { Accept: accept } });
  let text = await response.text();
  if (!graph) {
    try {
      text = JSON.stringify(JSON.parse(text), null, 1);
    } catch {
      // shown as it came
    }
  }
  text = text.length > RAW_LENGTH ? `${text.slice(0, RAW_LENGTH)}\n…` : text;
  return make("figure", {}, make("figcaption", { class: "quiet" }, accept), make("pre", { tabindex: "0", role: "region", "aria-label": accept }, text));
}

/** Put the views of a result in reach; each opens beside the table when asked. */
export function enhance(outcome, query, words) {
  const view = outcome.querySelector("#view");
  if (!view) return;
  const table = outcome.querySelector("table.result");
  const data = table ? read(table) : { columns: [], rows: [] };
  const offered = {
    map: table && mayHavePlaces(data) && (() => map(data, words)),
    chart: table && chartColumns(data) && (async () => chart(data, words)),
    raw: () => raw(query, Boolean(outcome.querySelector("pre.graph"))),
  };
  const buttons = [...outcome.querySelectorAll("[data-view]")];
  outcome.querySelector(".views").hidden = false;
  for (const button of buttons) {
    const open = offered[button.dataset.view];
    button.hidden = !open;
    button.addEventListener("click", async () => {
      const opens = button.getAttribute("aria-expanded") !== "true";
      buttons.forEach((one) => one.setAttribute("aria-expanded", String(opens && one === button)));
      view.hidden = !opens;
      view.replaceChildren();
      if (!opens) return;
      try {
        const figure = await open();
        if (button.getAttribute("aria-expanded") !== "true") return;
        view.replaceChildren(figure);
        figure.opened?.();
      } catch {
        view.replaceChildren(make("p", { role: "alert" }, words.failed));
      }
    });
  }
}
