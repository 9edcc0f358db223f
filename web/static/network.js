// The network that can be moved. The page's own drawing and table hold the same, and stay where this cannot run.

import cytoscape from "./vendor/cytoscape.js";

const place = document.querySelector("#network");
const words = place && JSON.parse(place.dataset.words);
const NARROW = 400;
const FEW = 12;

function make(name, attributes, ...children) {
  const node = document.createElement(name);
  Object.entries(attributes).forEach(([key, value]) => node.setAttribute(key, value));
  node.append(...children);
  return node;
}

const colour = (name) => {
  const probe = place.appendChild(make("span", { class: `probe-${name}` }));
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
};
const looks = (grown) => {
  const [ink, paper, spruce, quiet, cloudberry] = ["ink", "paper", "spruce", "quiet", "cloudberry"].map(colour);
  return [
    { selector: "node", style: { label: "data(number)", width: 30 * grown, height: 30 * grown, "background-color": spruce, color: paper, "font-size": 14 * grown, "font-weight": 600, "text-valign": "center", "text-halign": "center" } },
    { selector: "node[kind = 'centre']", style: { shape: "pentagon", width: 36 * grown, height: 36 * grown } },
    { selector: "node[kind = 'network']", style: { shape: "diamond", width: 40 * grown, height: 40 * grown } },
    { selector: "edge", style: { width: (edge) => edge.data("wide") * grown, "line-color": quiet, opacity: 0.35, "curve-style": "straight" } },
    { selector: ":selected", style: { label: "data(long)", "z-index": 2, "border-width": 4, "border-color": cloudberry, color: ink, "text-valign": "bottom", "text-margin-y": 6, "text-wrap": "wrap", "text-max-width": 200 * grown, "text-background-color": paper, "text-background-opacity": 0.9, "text-background-padding": 3 } },
    { selector: ".near", style: { opacity: 1, "line-color": spruce } },
  ];
};

function elements({ nodes, links }) {
  const short = (name) => (name.length > 60 ? `${name.slice(0, 58)}…` : name);
  return [
    ...nodes.map((node, place) => ({ data: { id: `n${place}`, number: place + 1, ...node, long: `${place + 1} ${short(node.name)}` }, position: node.at })),
    ...links.map(([one, other, count]) => ({ data: { source: `n${one}`, target: `n${other}`, count, wide: Math.min(count, 6) + 0.5 } })),
  ];
}

function open() {
  const graph = JSON.parse(place.dataset.graph);
  const drawing = place.querySelector("svg");
  const canvas = make("div", { class: "network-canvas", tabindex: "0", role: "application", "aria-label": place.dataset.label, "aria-describedby": "network-help" });
  const told = make("p", { role: "status", class: "told" }, "");
  const button = (label, sign, act) => {
    const one = make("button", { type: "button", class: "second", "aria-label": label, title: label }, sign);
    one.addEventListener("click", act);
    return one;
  };
  const scale = (by) => chart.zoom({ level: chart.zoom() * by, renderedPosition: { x: chart.width() / 2, y: chart.height() / 2 } });
  const controls = make("div", { class: "network-controls" }, button(words.nearer, "+", () => scale(1.25)), button(words.farther, "−", () => scale(0.8)), button(words.whole, "⤢", () => chart.fit(undefined, 24)));
  drawing.replaceWith(canvas);
  place.append(controls, make("div", { class: "network-note" }, told, make("p", { class: "quiet", id: "network-help" }, words.help)));
  const chart = cytoscape({
    container: canvas, elements: elements(graph), style: looks(1), userZoomingEnabled: false, boxSelectionEnabled: false, selectionType: "single",
    maxZoom: 2, minZoom: 0.2,
    layout: { name: "cose", animate: false, randomize: false, fit: true, padding: 32, nodeOverlap: 30, nodeRepulsion: () => 900000, idealEdgeLength: () => 110, componentSpacing: 60, gravity: 0.6, numIter: 1500 },
  });
  let grown = 1;
  const settle = () => {
    chart.fit(undefined, 24);
    if (chart.zoom() > 1.4) {
      chart.zoom(1.4);
      chart.center();
    }
    const least = chart.width() < NARROW && graph.nodes.length > FEW ? 19 : 26; // a number is legible however much is fitted in
    grown = Math.max(1, least / (30 * chart.zoom()));
    chart.style(looks(grown));
  };
  settle();
  chart.on("resize", settle);
  const nodes = chart.nodes();
  let number = -1;
  const choose = (to) => {
    number = (to + nodes.length) % nodes.length;
    nodes.unselect();
    nodes[number].select();
    chart.edges().removeClass("near");
    nodes[number].connectedEdges().addClass("near");
    const { name, places } = nodes[number].data();
    told.textContent = [name, ...places, words.links.replace("{num}", nodes[number].neighborhood("node").length)].join(", ");
  };
  const follow = (node) => location.assign(node.data("href"));
  nodes.on("tap", ({ target }) => (target.selected() && nodes[number]?.id() === target.id() ? follow(target) : choose(nodes.toArray().findIndex((one) => one.id() === target.id()))));
  canvas.addEventListener("keydown", (event) => {
    const acts = { ArrowRight: () => choose(number + 1), ArrowDown: () => choose(number + 1), ArrowLeft: () => choose(number - 1), ArrowUp: () => choose(number - 1), Enter: () => number >= 0 && follow(nodes[number]), "+": () => scale(1.25), "-": () => scale(0.8) };
    if (!acts[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    acts[event.key]();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => chart.style(looks(grown)));
}

if (place) open();
