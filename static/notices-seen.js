// Notes by itself that the student has seen what stands above the button, once that has been in sight for a moment;
// without scripts the button does it.
"use strict";

(() => {
  const form = document.querySelector("form[data-seen]");
  if (!form) return;
  const MOMENT = 2000;
  let timer;
  let isInSight = false;

  async function note() {
    const sent = new FormData(form);
    sent.append("by_itself", "1");
    const answer = await fetch(form.action, { method: "POST", body: sent, redirect: "manual" }).catch(() => null);
    // Whoever is logged out by now is led to the log-in page, and nothing is noted.
    if (!answer || answer.status !== 204) return;
    const said = document.createElement("p");
    said.className = "soft aside";
    said.textContent = form.dataset.seen;
    form.replaceWith(said);
  }

  function look() {
    clearTimeout(timer);
    if (isInSight && document.visibilityState === "visible" && form.isConnected) timer = setTimeout(note, MOMENT);
  }

  document.addEventListener("visibilitychange", look);
  new IntersectionObserver((entries) => {
    isInSight = entries.at(-1).isIntersecting;
    look();
  }).observe(form);
})();
