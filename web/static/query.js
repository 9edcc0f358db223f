// The query page: runs queries without leaving the page, and brings in the editor. Without it the form works as it is.

import { enhance, fill } from "./results.js";
import { tidy } from "./sparql-text.js";

const PAST = "talkoot-queries";
const MOST_PAST = 20;

const form = document.querySelector("#ask");
const textarea = form.elements.query;
const words = JSON.parse(form.dataset.words);
const status = document.querySelector("#status");
const stopButton = document.querySelector("#stop");
const byId = (id) => document.getElementById(id);
let editor = null;
let running = null;

const tell = (text, mistake = false) => {
  status.textContent = text;
  status.classList.toggle("mistake", mistake);
};
const setQuery = (text) => {
  textarea.value = text;
  editor?.set(text);
};

// Queries asked before, in this browser only.
const past = {
  read() {
    try {
      const kept = JSON.parse(localStorage.getItem(PAST));
      return Array.isArray(kept) ? kept.filter((one) => typeof one?.query === "string") : [];
    } catch {
      return [];
    }
  },
  write(list) {
    try {
      if (list.length) localStorage.setItem(PAST, JSON.stringify(list));
      else localStorage.removeItem(PAST);
    } catch {
      // a browser may keep nothing: then there is no list
    }
    past.show();
  },
  add(query) {
    past.write([{ query, at: Date.now() }, ...past.read().filter((one) => one.query !== query)].slice(0, MOST_PAST));
  },
  show() {
    const list = past.read();
    byId("past").hidden = !list.length;
    byId("past-list").replaceChildren(...list.map(({ query, at }) => {
      const item = document.createElement("li");
      const button = document.createElement("button");
      button.type = "button";
      button.className = "link past";
      button.textContent = query.replace(/^\s*(#.*|PREFIX\s.*|BASE\s.*)$/gim, "").replace(/\s+/g, " ").trim().slice(0, 160) || query.slice(0, 160);
      button.addEventListener("click", () => {
        setQuery(query);
        if (editor) editor.focus();
        else textarea.focus();
      });
      const when = document.createElement("time");
      when.className = "quiet";
      when.dateTime = new Date(at).toISOString();
      when.textContent = new Date(at).toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
      item.append(button, " ", when);
      return item;
    }));
  },
};

function settle(outcome, query) {
  const failure = outcome.querySelector("#failure");
  enhance(outcome, query, words);
  for (const button of outcome.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const wanted = button.dataset.copy;
      await navigator.clipboard?.writeText(wanted.startsWith("#") ? outcome.querySelector(wanted).textContent : wanted);
      tell(words.copied);
      button.textContent = words.copied;
    });
  }
  if (failure) editor?.mark(Number(failure.dataset.line), Number(failure.dataset.column));
  if (query && outcome.querySelector(".outcome")) past.add(query);
}

async function run() {
  running?.abort();
  running = new AbortController();
  const mine = running;
  const query = textarea.value;
  if (!query.trim()) return;
  byId("outcome").setAttribute("aria-busy", "true");
  stopButton.hidden = false;
  tell(words.running);
  try {
    const asked = { method: "POST", body: new URLSearchParams({ query, format: "html" }), headers: { Accept: "text/html" }, signal: mine.signal };
    const answer = await fetch("/sparql", asked);
    if (answer.headers.get("Content-Type")?.includes("json")) { // refused before there was a page, as when there are too many
      const { title, detail } = await answer.json();
      tell(`${title}. ${detail}`, true);
      return;
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const outcome = document.createElement("div");
    outcome.id = "outcome";
    outcome.append(...((page.querySelector("#outcome") ?? page.querySelector("main"))?.childNodes ?? []));
    byId("outcome").replaceWith(outcome);
    for (const part of [".lead", ".ask .index"]) {
      const fresh = page.querySelector(part);
      if (fresh) document.querySelector(part)?.replaceWith(fresh);
    }
    const link = byId("link")?.getAttribute("href");
    if (link && link !== location.pathname + location.search) window.history.pushState(null, "", link);
    const failure = byId("failure");
    failure?.removeAttribute("role"); // the status says it, beside the editor
    const told = failure ? failure.querySelector("p") : (byId("told") ?? outcome.querySelector(".verdict, h1"));
    tell((failure ? told.textContent : told?.textContent.split(/[.:]/)[0])?.replace(/\s+/g, " ").trim() ?? "", Boolean(failure));
    settle(outcome, query);
  } catch (error) {
    tell(error.name === "AbortError" ? (running === mine ? words.aborted : words.running) : words.failed);
  } finally {
    if (running === mine) {
      stopButton.hidden = true;
      byId("outcome").removeAttribute("aria-busy");
    }
  }
}

function tidyUp() {
  const text = tidy(textarea.value);
  if (text !== textarea.value) setQuery(text);
  tell(words.tidied);
}

form.addEventListener("submit", (event) => {
  if (form.elements.format.value !== "html") return; // a file: the form does that by itself
  event.preventDefault();
  run();
});
textarea.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) run();
});
stopButton.addEventListener("click", () => {
  running?.abort();
  editor?.focus();
});
byId("tidy").hidden = false;
byId("tidy").addEventListener("click", tidyUp);
byId("forget").addEventListener("click", () => {
  past.write([]);
  byId("how").scrollIntoView({ block: "nearest" });
});
byId("query-label").addEventListener("click", () => editor?.focus());
window.addEventListener("popstate", () => location.reload());

past.show();
import("./editor.js").then(({ editorFor }) => {
  const added = (prefixes) => tell(prefixes.map((prefix) => fill(words.prefixAdded, { prefix })).join(" "));
  const hadFocus = document.activeElement === textarea;
  editor = editorFor(textarea, { address: form.dataset.completions, words, run, tidyUp, tell: added });
  byId("keys-help").hidden = false;
  if (hadFocus) editor.focus();
}).catch(() => null).finally(() => settle(byId("outcome"), byId("link") ? textarea.value : "")); // without the editor, the textarea
