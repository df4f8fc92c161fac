// Ticks all boxes of a section, or none of them. Without this script each is ticked by itself.
"use strict";

(() => {
  for (const place of document.querySelectorAll("[data-tick-all]")) {
    place.hidden = false;
    place.addEventListener("click", (event) => {
      const wanted = event.target.dataset.tick;
      if (!wanted) return;
      for (const box of place.parentElement.querySelectorAll(`input[name="${place.dataset.tickAll}"]`)) {
        box.checked = wanted === "all";
      }
    });
  }
})();
