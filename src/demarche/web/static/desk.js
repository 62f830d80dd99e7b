// Makes pages quicker that also work without it. No request leaves the machine, nothing is kept in the browser.
"use strict";

// Further scripts of pages hang themselves in here by a data attribute: <main data-page="review">.
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
    const search = document.getElementById("top-search");
    if (search) { event.preventDefault(); search.focus(); }
  }
});
