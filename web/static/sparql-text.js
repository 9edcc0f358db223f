// What the editor does with the text of a query, without a page: take it apart, tidy it, find its prefixes.

const TOKEN = new RegExp(
  [
    "(?<space>\\s+)",
    "(?<comment>#[^\\n]*)",
    "(?<iri><[^<>\"{}|^`\\\\\\s]*>)",
    "(?<text>\"\"\"(?:[^\\\\]|\\\\[^])*?\"\"\"|'''(?:[^\\\\]|\\\\[^])*?'''|\"(?:[^\"\\\\\\n]|\\\\.)*\"|'(?:[^'\\\\\\n]|\\\\.)*'|[\"'][^\\n]*)", // the last while it is being written
    "(?<variable>[?$][\\p{L}\\p{N}_]+)",
    "(?<tag>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)",
    "(?<name>(?:[\\p{L}_][\\p{L}\\p{N}_.-]*)?:(?:[\\p{L}\\p{N}_:%-]|\\\\.|\\.(?=[\\p{L}\\p{N}_:%\\\\-]))*)",
    "(?<number>\\d+(?:\\.\\d+)?(?:[eE][+-]?\\d+)?)",
    "(?<word>[\\p{L}_][\\p{L}\\p{N}_]*)",
    "(?<sign>&&|\\|\\||\\^\\^|!=|<=|>=|[^])",
  ].join("|"),
  "gu",
);
const KEYWORDS = new Set(
  ("ASK AS ASC BASE BIND BY CONSTRUCT DESC DESCRIBE DISTINCT EXISTS FILTER FROM GRAPH GROUP HAVING IN LIMIT MINUS NAMED " +
    "NOT OFFSET OPTIONAL ORDER PREFIX REDUCED SELECT SEPARATOR UNDEF UNION VALUES WHERE").split(" "),
);
const OPENS_A_LINE = new Set(
  "ASK BIND CONSTRUCT DESCRIBE FILTER FROM GRAPH GROUP HAVING LIMIT MINUS OFFSET OPTIONAL ORDER PREFIX BASE SELECT VALUES WHERE".split(" "),
);

/** The pieces of a query, white space among them, each with its kind and its place. */
export function tokens(text) {
  return [...text.matchAll(TOKEN)].map((match) => {
    const [kind] = Object.entries(match.groups).find(([, found]) => found !== undefined);
    return { kind, text: match[0], at: match.index };
  });
}

/** The prefixes that a query uses and does not declare, of those known; and where a declaration goes. */
export function missingPrefixes(text, known) {
  const declared = new Set();
  const used = new Set();
  let place = 0;
  let before = "";
  let kept = null;
  for (const token of tokens(text)) {
    if (token.kind === "space" || token.kind === "comment") continue;
    if (token.kind === "name" && !token.text.startsWith("_:")) {
      const prefix = token.text.slice(0, token.text.indexOf(":"));
      (before === "PREFIX" ? declared : used).add(prefix);
      kept = before === "PREFIX" ? token : null;
    } else if (token.kind === "iri" && (kept || before === "BASE")) {
      const end = text.indexOf("\n", token.at);
      place = end < 0 ? text.length : end + 1;
      kept = null;
    }
    before = token.text.toUpperCase();
  }
  return { place, prefixes: [...used].filter((prefix) => Object.hasOwn(known, prefix) && !declared.has(prefix)) };
}

/** The query with one statement a line, indented by its groups; the order and the text of its pieces stay. */
export function tidy(text) {
  const lines = [];
  let line = "";
  let depth = 0; // of groups
  let inner = 0; // of brackets within a statement
  let values = null; // "awaited" between VALUES and its block, then the depth of the block
  let going = false; // a statement goes on after a semicolon
  let prologue = true;
  const put = () => {
    if (line.trim()) lines.push("  ".repeat(depth + (going === "next" ? 1 : 0)) + line.trim());
    line = "";
    if (going === "now") going = "next";
  };
  const pieces = tokens(text);
  const following = (number) => pieces.slice(number + 1).find(({ kind }) => kind !== "space");
  let gap = "";
  let before = "";
  pieces.forEach((piece, number) => {
    if (piece.kind === "space") {
      gap = piece.text;
      return;
    }
    const upper = piece.kind === "word" ? piece.text.toUpperCase() : "";
    const shown = KEYWORDS.has(upper) ? upper : piece.text;
    const lineEnds = gap.includes("\n");
    const space = gap ? " " : "";
    if (/\n\s*\n/.test(gap) && !line.trim() && lines.length && lines.at(-1) !== "" && !lines.at(-1).endsWith("{")) lines.push("");
    if (piece.kind === "comment") {
      if (lineEnds || !(line.trim() || lines.length)) {
        put();
        line = shown;
      } else if (line.trim()) line += ` ${shown}`;
      else lines.push(`${lines.pop()} ${shown}`);
      put();
    } else if (values === "awaited" && shown === "{") {
      values = depth;
      line += " {";
    } else if (typeof values === "number") {
      line += space || shown === "}" || before === "{" ? ` ${shown}` : shown;
      if (shown === "}") {
        values = null;
        put();
      }
    } else if (shown === "{") {
      line = line.trim() ? `${line.trimEnd()} {` : "{";
      put();
      going = false;
      depth += 1;
    } else if (shown === "}") {
      put();
      if (lines.at(-1) === "") lines.pop();
      going = false;
      depth = Math.max(0, depth - 1);
      const next = following(number);
      line = "}";
      if (next?.text.toUpperCase() !== "UNION" && next?.text !== "." && next?.text !== ")" && next?.kind !== "comment") put();
    } else if (inner === 0 && depth > 0 && (shown === "." || shown === ";")) {
      line = line.trim() === "}" && shown === "." ? "} ." : `${line.trimEnd()} ${shown}`;
      going = shown === ";" ? (going === "next" ? "next" : "now") : going;
      put();
      if (shown === ".") going = false;
    } else {
      if (inner === 0 && OPENS_A_LINE.has(upper)) {
        put();
        going = false;
        if (prologue && !["PREFIX", "BASE"].includes(upper)) {
          if (lines.length && lines.at(-1) !== "" && !lines.at(-1).startsWith("#")) lines.push("");
          prologue = false;
        }
      }
      line += !line.trim() ? shown : line.endsWith("} UNION") ? ` ${shown}` : space ? ` ${shown}` : shown;
      if (upper === "UNION" && !space) line = line.replace(/UNION$/, " UNION");
      if (shown === "(" || shown === "[") inner += 1;
      if (shown === ")" || shown === "]") inner = Math.max(0, inner - 1);
      if (upper === "VALUES") values = "awaited";
      const whole = shown === ")" && inner === 0 && /^\s*(FILTER|BIND)\b/.test(line) && following(number)?.text !== ".";
      if (whole || (prologue && piece.kind === "iri")) put();
    }
    before = shown;
    gap = "";
  });
  put();
  return `${lines.join("\n").trim()}\n`;
}
