// Tries answers inside the page of a question, by what stands in its form. Without this script the link leads to a
// page of its own, which goes by what is saved.
"use strict";

(() => {
  const link = document.querySelector("[data-trial-open]");
  if (!link) return;
  const question = document.getElementById(link.dataset.trialOpen);
  const place = document.getElementById(link.dataset.trialPlace);

  async function show(answer) {
    const body = new FormData(question);
    for (const [name, value] of answer ? new FormData(answer) : []) body.append(name, value);
    const response = await fetch(link.href, { method: "POST", body, headers: { "X-Trial-In-Place": "1" } });
    if (!response.ok || response.redirected) throw new Error(`The trial answered ${response.status}.`);
    place.innerHTML = await response.text();
    const first = place.querySelector("[data-trial-form] input:not([type=hidden]), [data-trial-form] select, [data-trial-form] textarea");
    const next = place.querySelector("[data-trial-result]") || first || place.querySelector("[data-trial]");
    next.focus();
  }

  function failed() {
    place.textContent = "The answer could not be tried. Reload the page and log in again if you are asked to.";
  }

  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    show(null).catch(failed);
  });
  place.addEventListener("submit", (event) => {
    event.preventDefault();
    show(event.target).catch(failed);
  });
})();
