// Saves what is typed now and then and whenever a question is left, so that a closed window or a dead battery costs
// next to nothing. Without this script people press Save.
"use strict";

(() => {
  const form = document.querySelector("form[data-taking]");
  if (!form) return;
  const EVERY = 20_000;
  const AGAIN = 10_000;
  const said = form.querySelector("[data-saved]");
  const answered = document.querySelector("[data-answered]");
  let changes = 0;
  let saved = 0;
  let saving = null;
  let isWanted = false;
  let isLeaving = false;
  let timer = null;

  function say(text, isBad) {
    said.textContent = text;
    said.classList.toggle("bad-text", Boolean(isBad));
  }

  function plan(wait) {
    clearTimeout(timer);
    timer = setTimeout(() => {
      timer = null;
      save();
    }, wait);
  }

  function send() {
    return fetch(form.dataset.taking, {
      method: "POST",
      body: new FormData(form),
      headers: { Accept: "application/json" },
      redirect: "manual",
      cache: "no-store",
    });
  }

  // A log-in that was renewed in another window has another token, which the page of that address holds.
  async function renewToken() {
    const page = await fetch(form.dataset.taking, { redirect: "manual", cache: "no-store" });
    if (!page.ok) return false;
    const fresh = new DOMParser().parseFromString(await page.text(), "text/html");
    const token = fresh.querySelector("[name=csrfmiddlewaretoken]");
    if (token) form.elements.csrfmiddlewaretoken.value = token.value;
    return Boolean(token);
  }

  function save() {
    isWanted = Boolean(saving);
    if (saving || isLeaving || saved === changes) return;
    saving = saveNow().finally(() => {
      saving = null;
      if (isWanted) save();
      else if (saved !== changes && !timer) plan(EVERY);
    });
  }

  async function saveNow() {
    const upTo = changes;
    try {
      let answer = await send();
      if (answer.status === 403 && (await renewToken())) answer = await send();
      if (answer.ok) {
        saved = upTo;
        heed(await answer.json());
      } else if (answer.status === 409 || answer.status === 410) {
        closed(await answer.json());
      } else if (answer.type === "opaqueredirect" || answer.status === 403) {
        say("Not saved: you are logged out. Log in again in another window; what you typed stays here.", true);
        plan(AGAIN);
      } else {
        throw new Error(`Saving answered ${answer.status}.`);
      }
    } catch {
      say("Not saved. It is tried again as long as this page is open.", true);
      plan(AGAIN);
    }
  }

  function closed(told) {
    saved = changes;
    say(told.message, true);
    const link = document.createElement("a");
    link.href = told.status;
    link.textContent = " Look where it stands";
    said.append(link);
  }

  function heed(told) {
    for (const [name, mark] of Object.entries(told.shown)) form.elements[name].value = mark;
    answered.textContent = told.answered.length;
    for (const link of document.querySelectorAll(".jump-list a")) noteAnswered(link, told.answered);
    const time = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" }).format(new Date());
    const notes = [`Saved ${time}.`];
    if (told.unfinished.length) notes.push(`Not finished, and not saved yet: ${named(told.unfinished)}.`);
    if (told.elsewhere.length) notes.push(`Another window has answered ${named(told.elsewhere)}: press Save to see both.`);
    say(notes.join(" "), told.elsewhere.length);
  }

  function noteAnswered(link, names) {
    const isAnswered = names.includes(link.hash.slice(1));
    link.classList.toggle("done", isAnswered);
    link.querySelector("[data-done]").textContent = isAnswered ? ", answered" : "";
  }

  function named(positions) {
    return `question${positions.length > 1 ? "s" : ""} ${positions.join(", ")}`;
  }

  function words(text) {
    return (text.match(/\S+/g) || []).length;
  }

  function count(area) {
    const place = form.querySelector(`[data-count-of="${area.id}"]`);
    if (!place) return;
    const number = words(area.value);
    const { minWords: least, maxWords: most } = area.dataset;
    const wanted = [least && `at least ${least}`, most && `at most ${most}`].filter(Boolean).join(", ");
    place.textContent = `${number} word${number === 1 ? "" : "s"}${wanted ? ` (${wanted})` : ""}, ${area.value.length} characters`;
    place.hidden = false;
  }

  function noteChange(event) {
    changes += 1;
    if (event.target.matches("[data-counted]")) count(event.target);
    if (!timer) plan(EVERY);
  }

  for (const area of form.querySelectorAll("[data-counted]")) count(area);
  form.addEventListener("input", noteChange);
  // Also where only a choice was clicked: what is left is saved, not each letter of it.
  form.addEventListener("focusout", (event) => {
    const question = event.target.closest("section");
    if (question && !question.contains(event.relatedTarget)) save();
  });
  // What is being saved would look like another window's answer to what is sent beside it.
  form.addEventListener("submit", async (event) => {
    if (!saving) {
      isLeaving = true;
      return;
    }
    event.preventDefault();
    await saving;
    form.requestSubmit(event.submitter);
  });
  // A page that comes back from where one went on to is as it was left.
  window.addEventListener("pageshow", (event) => {
    isLeaving = false;
    if (event.persisted) window.location.reload();
  });
  document.addEventListener("visibilitychange", () => document.hidden && save());
  window.addEventListener("beforeunload", (event) => {
    if (!isLeaving && saved !== changes) event.preventDefault();
  });
})();
