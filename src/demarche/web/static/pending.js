// Asks again for a page whose result is still being counted, unless somebody is typing on it. Without it the page asks by itself.
"use strict";

(() => {
  if (!document.querySelector("[data-pending]")) return;
  let touched = false;
  document.addEventListener("input", () => { touched = true; });
  setInterval(() => { if (!touched) location.reload(); }, 1500);
})();
