// The map that can be moved. It shows what the page already holds; moving it asks the server for that part, and the
// table and the address follow. Without it the drawing and its links do the same, page by page.

import { mapLibrary } from "./results.js";

const place = document.querySelector("#place-map");
const words = JSON.parse(place.dataset.words);
const clustersOf = (found) => JSON.parse(found.dataset.clusters);
const PATIENCE = 250;
const NARROW = 600;

function draw(L, land) {
  const [west, south, east, north] = place.dataset.seen.split(",").map(Number);
  const canvas = document.createElement("div");
  canvas.className = "map tall";
  canvas.style.height = `${place.offsetHeight}px`; // as the drawing has it: nothing below may move
  canvas.setAttribute("role", "region");
  canvas.setAttribute("aria-label", place.dataset.label);
  place.replaceChildren(canvas);
  const view = L.map(canvas, { zoomControl: false, scrollWheelZoom: false, zoomSnap: 0.5, minZoom: 2, maxZoom: 8, zoomAnimation: false, fadeAnimation: false, markerZoomAnimation: false });
  view.attributionControl.setPrefix(false);
  view.attributionControl.addAttribution(words.outline);
  L.control.zoom({ zoomInTitle: words.zoomIn, zoomOutTitle: words.zoomOut }).addTo(view);
  L.geoJSON(land, { interactive: false, style: { className: "land" } }).addTo(view);
  view.fitBounds([[south, west], [north, east]]);
  return view;
}

function mark(L, layer, clusters) {
  layer.clearLayers();
  for (const { at, label, count, href } of clusters) {
    const size = Math.round(24 + Math.min(2 * Math.sqrt(count), 36));
    const title = `${label}: ${count.toLocaleString(document.documentElement.lang)}`;
    const icon = L.divIcon({ className: "dot", iconSize: [size, size], html: String(count) });
    const open = () => location.assign(href);
    L.marker([at[1], at[0]], { icon, title, alt: title }).on("click", open).on("keypress", ({ originalEvent }) => originalEvent.key === "Enter" && open()).addTo(layer);
  }
}

function follow(L, view, layer) {
  let waiting = 0;
  let asked = null;
  const url = new URL(location.href);
  const within = (value, most) => Math.max(-most, Math.min(most, value)).toFixed(1);
  async function refresh() {
    asked?.abort();
    asked = new AbortController();
    const found = document.querySelector("#found");
    const wanted = new URL(url);
    wanted.searchParams.set("wide", view.getSize().x);
    try {
      const response = await fetch(wanted, { signal: asked.signal, headers: { Accept: "text/html" } });
      if (!response.ok) throw new Error(response.statusText);
      const told = new DOMParser().parseFromString(await response.text(), "text/html").querySelector("#found");
      found.replaceWith(told);
      mark(L, layer, clustersOf(told));
      history.replaceState(null, "", url);
    } catch (error) {
      if (error.name !== "AbortError") found.querySelector("[role=status]").textContent = words.failed;
    }
  }
  view.on("moveend", () => {
    const bounds = view.getBounds();
    const box = [[bounds.getWest(), 180], [bounds.getSouth(), 90], [bounds.getEast(), 180], [bounds.getNorth(), 90]];
    url.searchParams.set("box", box.map(([degrees, most]) => within(degrees, most)).join(","));
    ["country", "page"].forEach((name) => url.searchParams.delete(name));
    clearTimeout(waiting);
    waiting = setTimeout(refresh, PATIENCE);
  });
  if (view.getSize().x < NARROW) refresh();
}

const [L, { land }] = await mapLibrary();
const view = draw(L, land);
const layer = L.layerGroup().addTo(view);
mark(L, layer, clustersOf(document.querySelector("#found")));
follow(L, view, layer);
