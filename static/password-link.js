// Moves the code of a link for a new password from behind the # of the address, which is never sent, into the form,
// and out of the history. Without this script people copy it.
"use strict";

(() => {
  const field = document.querySelector("input[name=code]");
  const code = window.location.hash.slice(1);
  if (!field || !code) return;
  field.value = code;
  window.history.replaceState(null, "", window.location.pathname);
  document.querySelector("input[name=new_password1]").focus();
})();
