// Suggestions below the search box: an editable combobox with a list, after the ARIA Authoring Practices. The form works without.

const WAIT = 120;
const input = document.querySelector(".find input");
const words = JSON.parse(input?.dataset.words ?? "null");

function make(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  Object.entries(attributes).forEach(([key, value]) => node.setAttribute(key, value));
  node.append(...children);
  return node;
}

if (words) {
  const list = make("ul", { id: "suggestions", role: "listbox", class: "suggestions", "aria-label": words.suggestions });
  const status = make("p", { class: "hidden", role: "status" });
  let stop = new AbortController();
  let timer = 0;
  let current = -1;
  list.hidden = true;
  input.form.append(list, status);
  const said = { role: "combobox", "aria-autocomplete": "list", "aria-controls": list.id, "aria-expanded": "false" };
  Object.entries(said).forEach(([key, value]) => input.setAttribute(key, value));

  function close() {
    clearTimeout(timer);
    stop.abort();
    choose(-1);
    list.hidden = true;
    status.textContent = "";
    input.setAttribute("aria-expanded", "false");
  }

  function choose(number) {
    list.children[current]?.setAttribute("aria-selected", "false");
    current = number;
    const option = list.children[current];
    if (!option) return input.removeAttribute("aria-activedescendant");
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", option.id);
  }

  function show(rows) {
    const options = rows.map((row, number) => {
      const said = [row.word, ...row.places.slice(0, 2)].filter(Boolean).join(" · ");
      const name = make("bdi", row.lang ? { lang: row.lang } : {}, row.name);
      const option = make("li", { id: `suggestion-${number}`, role: "option", "aria-selected": "false" }, name, " ", make("span", { class: "quiet" }, said));
      option.addEventListener("pointerdown", (event) => event.preventDefault()); // keeps the focus in the box
      option.addEventListener("click", () => location.assign(row.href));
      return option;
    });
    list.replaceChildren(...options);
    choose(-1);
    list.hidden = rows.length === 0;
    input.setAttribute("aria-expanded", String(rows.length > 0));
    status.textContent = [words.none, words.one][rows.length] ?? words.many.replace("{number}", rows.length);
  }

  async function ask() {
    stop.abort();
    stop = new AbortController();
    const text = input.value.trim();
    if (!text) return close();
    try {
      const answer = await fetch(`/suggest?q=${encodeURIComponent(text)}`, { signal: stop.signal });
      if (answer.ok && document.activeElement === input) show(await answer.json());
    } catch (error) {
      if (error.name !== "AbortError") close(); // the form still finds what no suggestion came for
    }
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT);
  });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const last = list.children.length - 1;
    if (event.key === "Escape" && !list.hidden) close();
    else if (event.key === "Enter" && current >= 0) list.children[current].click();
    else if (event.key === "ArrowDown" && list.hidden) ask();
    else if (event.key === "ArrowDown") choose(current < last ? current + 1 : -1);
    else if (event.key === "ArrowUp" && !list.hidden) choose(current < 0 ? last : current - 1);
    else return;
    event.preventDefault();
  });
}
