/* One key for each button that names it. Everything works without: buttons, links and access keys stay. */
"use strict";
(() => {
  const box = document.getElementById("keys");
  if (!box) return;
  let left = false; // the page is being left: a second press must not judge twice
  box.checked = localStorage.getItem("keys") !== "off";
  box.closest("p").hidden = false;
  box.addEventListener("change", () => localStorage.setItem("keys", box.checked ? "on" : "off"));
  addEventListener("pageshow", () => { left = false; });
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.isComposing || left) return;
    if (event.target.matches("textarea, input:not([type=radio], [type=checkbox])")) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    const named = box.checked && document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (!named) return;
    event.preventDefault();
    if (named.matches("textarea")) { named.focus(); return; }
    left = true;
    named.click();
  });
})();
