// The reader of documents: a card shows which words are its own, and the words show their card. Without it the links do the same.
"use strict";

(() => {
  const lit = new Set();
  const light = (ids) => {
    for (const part of lit) part.classList.remove("lit");
    lit.clear();
    for (const id of ids) {
      const card = document.getElementById(id);
      if (card) lit.add(card);
      for (const part of document.querySelectorAll(`[data-moves~="${CSS.escape(id)}"]`)) lit.add(part);
    }
    for (const part of lit) part.classList.add("lit");
  };
  const idsOf = (place) => {
    const part = place.closest?.("[data-moves]");
    if (part) return part.dataset.moves.split(" ");
    const card = place.closest?.(".beside-move");
    return card ? [card.id] : null;
  };
  const show = (event) => { const ids = idsOf(event.target); if (ids) light(ids); };
  const aimed = () => {
    const name = decodeURIComponent(location.hash.slice(1));
    light(name ? [name.replace(/^t-/, "")] : []);
  };
  document.addEventListener("mouseover", show);
  document.addEventListener("focusin", show);
  window.addEventListener("hashchange", aimed);
  aimed();
  if (!document.querySelector(":target")) document.querySelector(".s.at")?.scrollIntoView({ block: "center" });

  // j and k go from move to move, as in a list.
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
    if (event.key !== "j" && event.key !== "k") return;
    const links = [...document.querySelectorAll(".trigger-link")];
    const now = links.indexOf(document.activeElement);
    const next = links[now === -1 ? 0 : now + (event.key === "j" ? 1 : -1)];
    if (next) { event.preventDefault(); next.focus(); next.scrollIntoView({ block: "center" }); }
  });
})();
