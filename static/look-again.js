// Looks by itself whether what a page waits for is there, and shows how far it is; without scripts the browser loads the
// page again. What is waited for mostly takes seconds, so the first looks come soon after each other.
"use strict";

(() => {
  const place = document.querySelector("[data-look-again]");
  if (!place) return;
  const SECOND = 1000;
  const USUAL = Number(place.dataset.lookAgain) * SECOND;
  const LONG = Math.max(USUAL, 15 * SECOND);
  const SOON = USUAL > 10 * SECOND ? USUAL : SECOND;
  let looks = 0;
  let timer;

  async function look() {
    const answer = await fetch(location.href, { redirect: "manual", cache: "no-store" }).catch(() => null);
    // Where another page has its turn, the browser goes there: to the result, or to the log-in.
    if (answer && answer.type === "opaqueredirect") return location.reload();
    if (answer && answer.ok) {
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const now = page.querySelector("[data-look-again]");
      if (!now) return location.reload();
      if (now.innerHTML !== place.innerHTML) place.replaceChildren(...now.childNodes);
    }
    plan();
  }

  function plan() {
    clearTimeout(timer);
    if (document.hidden) return;
    looks += 1;
    timer = setTimeout(look, looks <= 10 ? SOON : looks <= 60 ? USUAL : LONG);
  }

  document.addEventListener("visibilitychange", plan);
  plan();
})();
