// Shows times as the reader's own clock has them; the time in UTC stays as the title. Without this script all times are
// in UTC, as the foot of the page then says.
"use strict";

(() => {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const foot = document.querySelector("[data-zone]");
  if (!zone || !foot || zone === "UTC") return;
  const shown = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" });
  for (const place of document.querySelectorAll("time[datetime*=T]")) {
    const moment = new Date(place.dateTime);
    if (Number.isNaN(moment.valueOf())) continue;
    place.title = `${place.textContent.trim().replace(/\s+/g, " ")} UTC`;
    place.textContent = shown.format(moment);
  }
  foot.textContent = `times of ${zone.replaceAll("_", " ")}`;
})();
