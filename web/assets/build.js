// Builds web/static/vendor out of what package-lock.json pins: node build.js OUT. No Node is needed at run time.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { feature } from "topojson-client";

const out = process.argv[2];
const read = (path) => JSON.parse(readFileSync(join("node_modules", path), "utf8"));
const files = {};

function keep(name, text, madeOf) {
  writeFileSync(join(out, name), text);
  files[name] = { sha256: createHash("sha256").update(text).digest("hex"), made_of: [...madeOf].sort() };
}

async function bundle(name, entry) {
  const made = await build({
    entryPoints: [entry], bundle: true, minify: true, format: "esm", target: "es2022", charset: "utf8",
    legalComments: "none", write: false, metafile: true,
  });
  const used = Object.entries(Object.values(made.metafile.outputs)[0].inputs).filter(([, input]) => input.bytesInOutput);
  const packages = used.map(([path]) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1]).filter(Boolean);
  keep(name, made.outputFiles[0].text, new Set(packages));
}

// Land by country with one decimal, and the middle of each country's largest part. Countries too small for the coarse
// outline have a middle only.
function countries() {
  const codes = read("i18n-iso-countries/codes.json").reduce((all, [, alpha3, number]) => all.set(number, alpha3), new Map());
  const shapes = (scale) => {
    const world = read(`world-atlas/countries-${scale}.json`);
    return feature(world, world.objects.countries).features.filter((one) => codes.has(one.id));
  };
  // A ring over the date line goes on beyond 180 degrees, so that no edge crosses the whole map.
  const whole = (ring) => ring.reduce((done, [x, y]) => [...done, [done.length ? x + 360 * Math.round((done.at(-1)[0] - x) / 360) : x, y]], []);
  const parts = ({ geometry }) => (geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates).map((rings) => rings.map(whole));
  const short = (place) => place.map((value) => Math.round(value * 10) / 10);
  const area = (ring) => ring.reduce((sum, [x, y], i) => sum + x * ring[(i + 1) % ring.length][1] - ring[(i + 1) % ring.length][0] * y, 0) / 2;
  function middle(one) {
    const ring = parts(one).map(([outer]) => outer).reduce((a, b) => (Math.abs(area(b)) > Math.abs(area(a)) ? b : a));
    const sums = ring.reduce(([x, y], [x1, y1], i) => {
      const [x2, y2] = ring[(i + 1) % ring.length], cross = x1 * y2 - x2 * y1;
      return [x + (x1 + x2) * cross, y + (y1 + y2) * cross];
    }, [0, 0]);
    return short(sums.map((sum) => sum / 6 / area(ring)));
  }
  const rings = (one) => parts(one).map((rings) => rings.map((ring) => ring.map(short).filter(([x, y], i, all) => !i || x !== all[i - 1][0] || y !== all[i - 1][1])));
  const land = shapes("110m").map((one) => rings(one).map((part) => part.filter((ring) => ring.length > 3)).filter((part) => part.length));
  const middles = Object.fromEntries(shapes("50m").map((one) => [codes.get(one.id), middle(one)]));
  return { land: { type: "MultiPolygon", coordinates: land.flat() }, middles };
}

mkdirSync(join(out, "licences"), { recursive: true });
await bundle("codemirror.js", "codemirror.js");
await bundle("cytoscape.js", "node_modules/cytoscape/dist/cytoscape.esm.mjs");
await bundle("leaflet.js", "node_modules/leaflet/dist/leaflet-src.esm.js");
keep("leaflet.css", readFileSync("node_modules/leaflet/dist/leaflet.css", "utf8"), ["leaflet"]);
keep("countries.json", JSON.stringify(countries()), ["world-atlas"]);

const packages = {};
for (const name of [...new Set(Object.values(files).flatMap((file) => file.made_of))].sort()) {
  const { version, license } = read(`${name}/package.json`);
  const text = readdirSync(join("node_modules", name)).find((file) => /^licen[cs]e(\.\w+)?$/i.test(file));
  const licence_text = `licences/${name.replace("@", "").replace("/", "-")}.txt`;
  writeFileSync(join(out, licence_text), readFileSync(join("node_modules", name, text)));
  packages[name] = { version, licence: license, licence_text };
}
writeFileSync(join(out, "vendor.json"), JSON.stringify({ files, packages }, null, 2) + "\n");
