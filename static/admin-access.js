// Gives keyboards and screen readers what the administration's theme leaves to the mouse: menus that open by Enter and by
// the space bar, names for icons, for the search and for fields in tables, and a main part of the page.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const NAMES = {
    dock_to_right: "Show or hide the navigation",
    close: "Close the navigation",
    more_vert: "Add or change what can be chosen",
    more_horiz: "More actions",
    expand_more: "Show more",
  };
  const nameOf = (place) => {
    const icon = place.matches(".material-symbols-outlined") ? place : place.querySelector(".material-symbols-outlined");
    const words = place === icon ? "" : place.innerText.replace(icon ? icon.textContent.trim() : "", "").trim();
    return words ? "" : NAMES[icon ? icon.textContent.trim() : ""] || "";
  };
  const operable = (place) => {
    place.tabIndex = 0;
    place.setAttribute("role", "button");
    const name = nameOf(place);
    if (name) place.setAttribute("aria-label", name);
    place.addEventListener("keydown", (event) => {
      if (event.target !== place || (event.key !== "Enter" && event.key !== " ")) return;
      event.preventDefault();
      place.click();
    });
  };
  const head = (cell) => cell.closest("table").querySelectorAll("thead tr:last-of-type th")[cell.cellIndex];

  document.getElementById("main")?.setAttribute("role", "main");
  document.getElementById("searchbar")?.setAttribute("aria-label", "Search this list");
  for (const place of document.querySelectorAll("[x-on\\:click]")) {
    if (!place.matches("a[href], button, input, select, textarea, label, #changelist-filter-close")) operable(place);
  }
  for (const field of document.querySelectorAll("td :is(input:not([type=hidden]), select, textarea)")) {
    const title = field.labels?.length || field.ariaLabel ? "" : head(field.closest("td"))?.innerText.trim();
    if (title) field.setAttribute("aria-label", title);
  }
});
