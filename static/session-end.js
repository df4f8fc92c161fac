// Warns before a session ends, and leaves the page with it, so that nobody who comes by later reads what is on the
// screen. Keys and clicks count as use, for whoever writes a long reason sends nothing meanwhile.
"use strict";

(() => {
  const dialog = document.querySelector("dialog[data-session]");
  if (!dialog) return;
  const WARN_BEFORE = 120;
  const TELL_EVERY = 300;
  let ends = endOf(Number(dialog.dataset.secondsLeft));
  let isUsed = false;
  let isWarned = false;
  let timer;

  function endOf(seconds) {
    return Date.now() + 1000 * seconds;
  }

  function secondsLeft() {
    return (ends - Date.now()) / 1000;
  }

  // Without the part behind #, which alone would lead nowhere.
  function leave() {
    window.location.replace(window.location.pathname + window.location.search);
  }

  function heed(told) {
    ends = endOf(told.seconds_left);
    const isClose = secondsLeft() <= WARN_BEFORE;
    if (isClose && !isWarned) warn(told.can_be_prolonged);
    isWarned = isClose;
    if (!isWarned) dialog.close();
  }

  function warn(canBeProlonged) {
    for (const part of dialog.querySelectorAll("[data-when]")) part.hidden = (part.dataset.when === "idle") !== canBeProlonged;
    dialog.showModal();
  }

  // Other windows may have used the session since this page came.
  async function ask(address) {
    try {
      const answer = await fetch(address, { redirect: "manual", cache: "no-store" });
      if (answer.type === "opaqueredirect") return leave();
      if (answer.ok) heed(await answer.json());
    } catch {
      // Without a network the page has the time that it was told last.
    }
    if (secondsLeft() <= 0) return leave();
    plan();
  }

  function look() {
    if (isUsed && !isWarned) {
      isUsed = false;
      ask(dialog.dataset.session);
    } else if (secondsLeft() <= WARN_BEFORE) ask(`${dialog.dataset.session}?look`);
    else plan();
  }

  function plan() {
    const wait = isWarned ? secondsLeft() + 1 : Math.min(TELL_EVERY, secondsLeft() - WARN_BEFORE);
    clearTimeout(timer);
    timer = setTimeout(look, 1000 * Math.max(1, wait));
  }

  for (const kind of ["keydown", "pointerdown"]) {
    document.addEventListener(kind, () => {
      isUsed = !isWarned;
    });
  }
  dialog.addEventListener("close", () => isWarned && ask(dialog.dataset.session));
  // Clocks stand still while a computer sleeps and while a page waits behind others.
  document.addEventListener("visibilitychange", () => document.hidden || look());
  window.addEventListener("pageshow", (event) => event.persisted && ask(`${dialog.dataset.session}?look`));
  plan();
})();
