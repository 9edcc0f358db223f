// The editor of the query page: CodeMirror over the form's own textarea, with completion from this site's VoID.

import {
  Decoration, EditorState, EditorView, HighlightStyle, StateEffect, StateField, autocompletion, bracketMatching,
  completionKeymap, defaultKeymap, drawSelection, history, historyKeymap, indentUnit, keymap, lineNumbers, pickedCompletion,
  sparql, syntaxHighlighting, syntaxTree, tags,
} from "./vendor/codemirror.js";
import { fill } from "./results.js";
import { missingPrefixes, tokens } from "./sparql-text.js";

const WORDS = ("ASK BIND BY CONSTRUCT COUNT DESCRIBE DISTINCT FILTER GRAPH GROUP HAVING LIMIT MINUS OFFSET OPTIONAL ORDER " +
  "PREFIX SELECT UNION VALUES WHERE AVG COALESCE CONCAT CONTAINS DATATYPE EXISTS IF LANG LCASE MAX MIN NOT REGEX REPLACE " +
  "SAMPLE STR STRAFTER STRBEFORE STRSTARTS SUM YEAR").split(" ");
const SHORTEST_NAME = 3;

const mark = StateEffect.define();
const mistakes = StateField.define({
  create: () => Decoration.none,
  update(marks, transaction) {
    const set = transaction.effects.find((effect) => effect.is(mark));
    if (set) return set.value;
    return transaction.docChanged ? Decoration.none : marks;
  },
  provide: (field) => EditorView.decorations.from(field),
});

const look = EditorView.theme({
  "&": { color: "var(--ink)", backgroundColor: "var(--sheet)", border: "1px solid var(--quiet)", borderRadius: "3px", fontSize: "0.9rem", height: "100%" },
  "&.cm-focused": { outline: "3px solid var(--ink)", outlineOffset: "2px", boxShadow: "0 0 0 8px var(--cloudberry)" },
  ".cm-scroller": { fontFamily: "var(--data)", lineHeight: "1.5", minHeight: "18rem", maxHeight: "min(60vh, 34rem)" },
  ".cm-content": { padding: "12px 0", caretColor: "var(--ink)" },
  ".cm-cursor": { borderLeftColor: "var(--ink)", borderLeftWidth: "2px" },
  ".cm-gutters": { backgroundColor: "var(--sheet)", color: "var(--quiet)", border: "none", paddingInlineStart: "4px" },
  ".cm-line": { padding: "0 12px 0 6px" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { background: "color-mix(in srgb, var(--cloudberry) 35%, transparent)" },
  "&.cm-focused .cm-matchingBracket": { background: "var(--moss)", outline: "1px solid var(--quiet)" },
  "&.cm-focused .cm-nonmatchingBracket": { background: "none", outline: "1px solid var(--lingonberry)" },
  ".mistake": { textDecoration: "underline wavy var(--lingonberry)", textDecorationSkipInk: "none", textUnderlineOffset: "4px" },
  ".mistake-line": { backgroundColor: "color-mix(in srgb, var(--lingonberry) 12%, transparent)", boxShadow: "inset 3px 0 var(--lingonberry)" },
  ".cm-tooltip": { background: "var(--sheet)", color: "var(--ink)", border: "1px solid var(--quiet)", boxShadow: "0 4px 16px rgb(0 0 0 / 0.18)", maxWidth: "min(36rem, 92vw)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--data)", maxHeight: "none", overflow: "visible", maxWidth: "min(36rem, 92vw)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "5px 12px", whiteSpace: "normal", overflowWrap: "anywhere" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": { background: "var(--spruce)", color: "var(--paper)" },
  ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "700" },
  ".cm-completionDetail": { fontFamily: "var(--words)", fontStyle: "normal", color: "var(--quiet)", marginInlineStart: "12px" },
  "li[aria-selected] .cm-completionDetail": { color: "inherit" },
  "@media (forced-colors: active)": { ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": { outline: "2px solid Highlight" } },
});
const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.modifier, tags.definitionKeyword], color: "var(--spruce)", fontWeight: "600" },
  { tag: [tags.comment, tags.lineComment], color: "var(--quiet)", fontStyle: "italic" },
  { tag: [tags.string, tags.number, tags.bool, tags.integer, tags.float], color: "var(--lingonberry)" },
  { tag: [tags.variableName, tags.name], color: "var(--lake)" },
  { tag: [tags.url, tags.namespace, tags.propertyName, tags.typeName], color: "var(--ink)" },
]);

/** What is known of this release, asked for once. */
function knowledge(address) {
  let asked;
  return () => (asked ??= fetch(address).then((response) => response.json()).catch(() => ((asked = undefined), { prefixes: {}, terms: [] })));
}

function completions(known, words) {
  const language = document.documentElement.lang;
  const option = (label, from) => ({ label, ...from });
  const place = (context) => {
    const inside = syntaxTree(context.state).resolveInner(context.pos, -1).name;
    return inside === "Comment" || inside === "String" ? null : context.matchBefore(/<[^<>\n{};]*|[?$]\w*|[\p{L}][\p{L}\p{N}_.-]*(?::[\p{L}\p{N}_-]*)?/u);
  };
  async function terms(context) {
    const found = place(context);
    if (found?.text.startsWith("<") || (!found && !context.explicit)) return null;
    const from = found?.from ?? context.pos;
    if (/^[?$]/.test(found?.text ?? "")) {
      const variables = new Set(tokens(context.state.doc.toString()).filter(({ kind, at }) => kind === "variable" && at !== from).map(({ text }) => text));
      return { from, options: [...variables].map((label) => option(label, { type: "variable" })), validFor: /^[?$]\w*$/ };
    }
    const { prefixes, terms: all } = await known();
    const before = context.state.sliceDoc(Math.max(0, from - 60), from);
    if (/\bPREFIX\s+$/i.test(before)) {
      const options = Object.entries(prefixes).map(([name, iri]) => option(`${name}:`, { apply: `${name}: <${iri}>`, detail: iri }));
      return { from, options, validFor: /^[\w-]*:?$/ };
    }
    const classesOnly = /(?:^|[\s;{])(?:a|rdf:type)\s+$/.test(before);
    const options = all.filter(({ kind }) => kind === "class" || !classesOnly).map(({ name, kind, uses, labels }) => {
      const named = labels[language] ?? labels.en ?? "";
      const detail = [named, words[kind], fill(words.uses, { num: uses.toLocaleString(language) })].filter(Boolean).join(" · ");
      return option(`${name} ${named}`, { displayLabel: name, apply: name, detail, boost: Math.min(40, Math.log2(uses + 1) * 2) });
    });
    if (!classesOnly) options.push(...WORDS.map((label) => option(label, { type: "keyword" })));
    return { from, options, validFor: /^[\p{L}\p{N}_.-]*(?::[\p{L}\p{N}_-]*)?$/u };
  }
  async function things(context) {
    const found = place(context);
    const text = found?.text.replace(/^</, "") ?? "";
    if (!found || /[:/]/.test(text) || /^[?$]/.test(text) || text.trim().length < SHORTEST_NAME) return null;
    const stop = new AbortController();
    context.addEventListener("abort", () => stop.abort());
    const answer = await fetch(`/sparql/suggest?q=${encodeURIComponent(text)}`, { signal: stop.signal }).catch(() => null);
    const rows = answer?.ok ? await answer.json() : [];
    const to = context.state.sliceDoc(context.pos, context.pos + 1) === ">" ? context.pos + 1 : context.pos;
    const options = rows.map(({ iri, name, kind, places }) => option(name, {
      detail: [words.kinds[kind], ...places].filter(Boolean).join(" · "), apply: (view, picked, from) => {
        const insert = `<${iri}>`;
        view.dispatch({ changes: { from, to, insert }, selection: { anchor: from + insert.length }, annotations: pickedCompletion.of(picked), userEvent: "input.complete" });
      },
    }));
    return options.length ? { from: found.from, options, filter: false } : null;
  }
  return [terms, things];
}

/** Declare our prefixes as they come into use. */
function declaring(known, tell) {
  return EditorView.updateListener.of(async ({ docChanged, transactions, view }) => {
    const written = transactions.some((one) => ["input", "input.paste", "input.complete"].some((event) => one.isUserEvent(event)));
    if (!docChanged || !written) return;
    const { prefixes: ours } = await known();
    const { place, prefixes } = missingPrefixes(view.state.doc.toString(), ours);
    if (!prefixes.length) return;
    const ends = place === 0 || view.state.sliceDoc(place - 1, place) === "\n";
    const insert = (ends ? "" : "\n") + prefixes.map((prefix) => `PREFIX ${prefix}: <${ours[prefix]}>\n`).join("");
    view.dispatch({ changes: { from: place, insert } });
    tell(prefixes);
  });
}

// Typing over a selection: left to itself, the browser writes a style attribute, which the page's policy refuses.
const replacing = EditorView.domEventHandlers({
  beforeinput(event, view) {
    if (event.inputType !== "insertText" || !event.data || event.isComposing || view.state.selection.main.empty) return false;
    view.dispatch(view.state.update(view.state.replaceSelection(event.data), { userEvent: "input.type", scrollIntoView: true }));
    return true;
  },
});

/** Put an editor in the place of a textarea, which stays the field of the form. */
export function editorFor(textarea, { address, words, run, tidyUp, tell }) {
  const host = document.createElement("div");
  host.className = "editor";
  const root = host.attachShadow({ mode: "open" });
  const help = document.createElement("div");
  help.id = "help";
  help.hidden = true;
  help.textContent = words.editorHelp;
  root.append(help);
  const known = knowledge(address);
  const keys = [
    { key: "Mod-Enter", run: () => (run(), true) },
    { key: "Shift-Alt-f", run: () => (tidyUp(), true) },
  ];
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: textarea.value,
      extensions: [
        keymap.of([...keys, ...completionKeymap, ...defaultKeymap, ...historyKeymap]),
        lineNumbers(), history(), drawSelection(), bracketMatching(), EditorView.lineWrapping, indentUnit.of("  "), mistakes, look,
        sparql(), syntaxHighlighting(colours),
        autocompletion({ override: completions(known, words), icons: false, defaultKeymap: false, activateOnTypingDelay: 150, maxRenderedOptions: 9 }),
        declaring(known, tell),
        replacing,
        EditorState.phrases.of({ Completions: words.suggestions }),
        EditorView.contentAttributes.of({ "aria-label": words.editor, "aria-describedby": "help", spellcheck: "false" }),
        EditorView.updateListener.of(({ docChanged, state }) => {
          if (docChanged) textarea.value = state.doc.toString();
        }),
      ],
    }),
  });
  textarea.before(host);
  textarea.hidden = true;
  host.addEventListener("focusin", known, { once: true });
  return {
    focus: () => view.focus(),
    focused: () => view.hasFocus,
    set(text) {
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text }, selection: { anchor: 0 }, scrollIntoView: true });
    },
    /** Show where a mistake is, and put the cursor there. */
    mark(line, column) {
      if (!line || line > view.state.doc.lines) return;
      const row = view.state.doc.line(line);
      const at = Math.min(row.from + [...row.text].slice(0, column - 1).join("").length, row.to);
      const piece = tokens(row.text).find((one) => one.at + row.from <= at && at < one.at + row.from + one.text.length && one.kind !== "space");
      const [from, to] = piece ? [row.from + piece.at, row.from + piece.at + piece.text.length] : [Math.max(row.from, at - 1), at];
      const marks = [Decoration.line({ class: "mistake-line" }).range(row.from)];
      if (to > from) marks.push(Decoration.mark({ class: "mistake" }).range(from, to));
      view.dispatch({ effects: mark.of(Decoration.set(marks)), selection: { anchor: at }, scrollIntoView: true });
    },
  };
}
