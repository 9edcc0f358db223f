// What the query page takes of CodeMirror: the bundler leaves out the rest.
export { EditorState, StateEffect, StateField } from "@codemirror/state";
export { Decoration, EditorView, drawSelection, keymap, lineNumbers, tooltips } from "@codemirror/view";
export { HighlightStyle, bracketMatching, indentUnit, syntaxHighlighting, syntaxTree } from "@codemirror/language";
export { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
export { autocompletion, completionKeymap, pickedCompletion, startCompletion } from "@codemirror/autocomplete";
export { tags } from "@lezer/highlight";
export { sparql } from "codemirror-lang-sparql";
