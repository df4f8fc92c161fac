// Counts the seconds for which a question is looked at, so that a page that was left for lunch costs nothing. Without
// this script the time since the question was given counts.
"use strict";

(() => {
  const form = document.querySelector("[data-practice]");
  const field = form && form.querySelector("[name=seconds]");
  if (!field) return;
  const place = `practice-${form.dataset.practice}`;
  let counted = Number(sessionStorage.getItem(place)) || 0;
  let since = document.hidden ? null : performance.now();

  function count() {
    if (since !== null) counted += (performance.now() - since) / 1000;
    since = document.hidden ? null : performance.now();
    sessionStorage.setItem(place, String(counted));
  }

  document.addEventListener("visibilitychange", count);
  window.addEventListener("pagehide", count);
  form.addEventListener("submit", () => {
    count();
    field.value = counted.toFixed(1);
    field.disabled = false;
  });
})();
