// The review of a sentence by keyboard and by choosing words in it. The form works without this: it then has plain fields.
// All places count code points, as the ledger does; a JavaScript string counts UTF-16, where an emoji is two.
"use strict";

const SAID = { "": "undecided", accepted: "accepted", amended: "amended", added: "added", rejected: "not there" };
const undoForm = document.querySelector("[data-undo]");
const form = document.querySelector("[data-review]");

for (const key of document.querySelectorAll("[data-key]")) key.hidden = false;
if (form) startReview();
else document.addEventListener("keydown", (event) => { if (isPlain(event) && event.key === "u") undoForm?.requestSubmit(); });

function isPlain(event) {
  return !event.ctrlKey && !event.metaKey && !event.altKey && !event.target.closest("input:not([type=radio]), textarea, select, dialog");
}

function startReview() {
  const find = (name) => form.querySelector(`[data-${name}]`);
  const sentence = find("words"), list = find("cards"), blank = find("blank"), keys = document.querySelector("[data-keys]");
  const text = sentence.textContent;
  const points = [...text];
  const words = (span) => points.slice(...span).join("");
  const whom = JSON.parse(form.dataset.whom);
  const before = countPoints(); // code points before each UTF-16 unit
  const units = findUnits();
  const edges = findEdges();
  let current = null; // the card that the sentence shows
  let picking = null; // { card, row, from, to }: the role whose words are being chosen, by the numbers of the units
  let sending = false;

  // ---- Places in the sentence

  function toPoints(utf16) { return before[utf16]; }

  function countPoints() {
    const made = points.flatMap((point, number) => Array(point.length).fill(number));
    return [...made, points.length];
  }

  function findUnits() {
    // What the arrow keys step over: words, and every other mark by itself ("Moscow", "'", "s").
    return [...text.matchAll(/[\p{L}\p{N}][\p{L}\p{N}\p{M}]*|\S(?:[\p{M}\p{Emoji_Modifier}\ufe0f]|\u200d\S)*/gu)]
      .map((match) => [toPoints(match.index), toPoints(match.index + match[0].length)]);
  }

  function findEdges() {
    // Where what one sees as one character ends: an accent or half an emoji is never chosen alone.
    const made = new Set([0, points.length]);
    if (!Intl.Segmenter) { points.forEach((_, place) => made.add(place)); return made; }
    for (const part of new Intl.Segmenter("en", { granularity: "grapheme" }).segment(text)) made.add(toPoints(part.index));
    return made;
  }

  function tidy([start, end]) {
    while (!edges.has(start)) start -= 1;
    while (!edges.has(end)) end += 1;
    while (start < end && !points[start].trim()) start += 1;
    while (start < end && !points[end - 1].trim()) end -= 1;
    return start < end ? [start, end] : null;
  }

  function selected() {
    const chosen = window.getSelection();
    if (!chosen.rangeCount || chosen.isCollapsed) return null;
    const range = chosen.getRangeAt(0);
    if (!range.intersectsNode(sentence)) return null;
    const whole = document.createRange();
    whole.selectNodeContents(sentence);
    const start = range.compareBoundaryPoints(Range.START_TO_START, whole) < 0 ? whole : range;
    const end = range.compareBoundaryPoints(Range.END_TO_END, whole) > 0 ? whole : range;
    return tidy([offset(start.startContainer, start.startOffset), offset(end.endContainer, end.endOffset)]);
  }

  function offset(node, at) {
    const range = document.createRange();
    range.selectNodeContents(sentence);
    range.setEnd(node, at);
    return toPoints(range.toString().length);
  }

  // ---- Cards

  const cards = () => [...list.querySelectorAll("[data-card]")];
  const field = (card, name) => card.querySelector(`[data-field=${name}]`);
  const verdict = (card) => card.querySelector("input[type=radio]:checked")?.value ?? "";
  const rows = (card) => [...card.querySelectorAll("[data-role]")];
  const spansOf = (card, row) => card.spans[row.dataset.role];
  const isMany = (row) => row.hasAttribute("data-many");

  function adopt(card) {
    const given = JSON.parse(card.dataset.spans);
    card.spans = Object.fromEntries(rows(card).map((row) => [row.dataset.role, given[row.dataset.role] ?? []]));
    for (const plain of card.querySelectorAll("[data-plain]")) plain.remove();
    for (const key of card.querySelectorAll("[data-key]")) key.hidden = false;
    for (const row of rows(card)) {
      const button = row.querySelector("[data-pick]");
      button.hidden = row.querySelector("[data-chips]").hidden = false;
      button.addEventListener("click", () => pick(card, row));
      keepSelection(button);
    }
    card.addEventListener("focusin", () => show(card));
    card.addEventListener("change", (event) => {
      if (event.target.type !== "radio") changed(card);
      else if (event.target.value === "amended") open(card);
      draw(card);
    });
    draw(card);
  }

  function decide(card, value) {
    const radio = card.querySelector(`input[value=${value}]`);
    if (radio) radio.checked = true;
    draw(card);
  }

  function changed(card) {
    card.touched = true;
    decide(card, card.dataset.move ? "amended" : "added");
  }

  function open(card) { card.classList.add("open"); }

  // A button that takes what is selected must not clear it when it is pressed.
  function keepSelection(button) { button.addEventListener("mousedown", (event) => event.preventDefault()); }

  function draw(card) {
    const said = verdict(card);
    card.classList.remove("accepted", "amended", "added", "rejected");
    if (said) card.classList.add(said);
    const option = field(card, "act").selectedOptions[0];
    const act = option.value ? option.textContent : "a missed move";
    const number = cards().indexOf(card) + 1;
    card.querySelector("[data-codes]").replaceChildren(
      element("b", `${number}`, "number"), " ", element("mark", act, `act ${option.className}`), " ",
      element("span", field(card, "status").value, "tag"), " ", element("span", field(card, "issue").selectedOptions[0].textContent, "issue"), " ",
      element("span", field(card, "date").value || "date unknown", "when"), " ", element("span", SAID[said], "tag said"));
    card.querySelector("[data-definition]").textContent = option.title ? `${act}: ${option.title}` : "";
    card.setAttribute("aria-label", `Move ${number}: ${act}, ${SAID[said]}`);
    for (const row of rows(card)) drawRole(card, row);
    if (card === current) drawSentence();
  }

  function element(name, content, style = "") {
    const made = document.createElement(name);
    made.textContent = content;
    if (style) made.className = style;
    return made;
  }

  function drawRole(card, row) {
    const spans = spansOf(card, row);
    row.classList.toggle("empty", !spans.length);
    row.classList.toggle("picking", picking?.row === row);
    row.querySelector("[data-chips]").replaceChildren(...spans.map((span) => {
      const chip = element("span", "", "chip");
      chip.append(element("bdi", words(span)));
      const known = whom[span.join("-")];
      if (known && ["actors", "recipients", "source"].includes(row.dataset.role)) chip.append(element("small", known));
      const away = element("button", "\u00d7", "away");
      away.type = "button";
      away.setAttribute("aria-label", `${row.dataset.label}: take away ${words(span)}`);
      away.addEventListener("click", () => {
        card.spans[row.dataset.role] = spans.filter((one) => one !== span);
        changed(card);
        card.focus();
      });
      chip.append(away);
      return chip;
    }));
  }

  function add() {
    const made = document.createElement("li");
    made.append(blank.content.cloneNode(true));
    list.append(made);
    const card = made.querySelector("[data-card]");
    for (const input of card.querySelectorAll("[name]")) input.name = input.name.replace("new", `n${cards().length}`);
    const like = cards()[0];
    adopt(card);
    if (like !== card) field(card, "issue").value = field(like, "issue").value; // most often it is the same
    open(card);
    draw(card);
    return card;
  }

  // ---- The sentence, with the roles of the current card

  function show(card) {
    if (current === card) return;
    if (picking && picking.card !== card) stopPicking();
    current?.classList.remove("current");
    current = card;
    current?.classList.add("current");
    drawSentence();
  }

  function drawSentence() {
    if (!points.length) return;
    const marks = [];
    if (current && verdict(current) !== "rejected") {
      for (const row of rows(current)) for (const span of spansOf(current, row)) marks.push({ span, label: row.dataset.label });
    }
    marks.sort((one, other) => (one.span[1] - one.span[0]) - (other.span[1] - other.span[0]));
    const chosen = picking && picked();
    const cuts = new Set([0, points.length, ...marks.flatMap((mark) => mark.span), ...(chosen ?? []), ...(picking ? units[picking.to] ?? [] : [])]);
    const places = [...cuts].sort((one, other) => one - other);
    const pieces = places.slice(0, -1).map((start, number) => piece(start, places[number + 1], marks, chosen));
    sentence.replaceChildren(...pieces);
  }

  function piece(start, end, marks, chosen) {
    const own = marks.filter((mark) => mark.span[0] <= start && end <= mark.span[1]);
    const isChosen = chosen && chosen[0] <= start && end <= chosen[1];
    const content = points.slice(start, end).join("");
    if (!own.length && !isChosen) return document.createTextNode(content);
    const made = element("span", content, own.slice(0, 2).map((mark, depth) => `${depth ? "in" : "r"}-${mark.label}`).join(" "));
    if (isChosen) made.classList.add("picked");
    if (isChosen && picking && units[picking.to] && start === units[picking.to][0]) made.classList.add("head");
    const ending = own.filter((mark) => mark.span[1] === end).map((mark) => mark.label);
    if (ending.length) made.dataset.label = ending.join(", ");
    return made;
  }

  // ---- Choosing words

  const picked = () => units.length
    ? [units[Math.min(picking.from, picking.to)][0], units[Math.max(picking.from, picking.to)][1]] : null;

  function pick(card, row) {
    open(card);
    show(card);
    const ready = selected();
    if (ready) { set(card, row, ready); return; }
    const near = (!isMany(row) && spansOf(card, row)[0]) || card.spans.trigger[0] || [0, 1];
    const inside = units.flatMap((unit, number) => unit[0] < near[1] && near[0] < unit[1] ? [number] : []);
    picking = { card, row, from: inside[0] ?? 0, to: inside[inside.length - 1] ?? 0 };
    drawRole(card, row);
    drawSentence();
    sentence.focus();
    tell("Select words with the mouse, or with the arrow keys and shift; Enter sets them, Esc leaves them as they were.");
  }

  function tell(more = "") {
    const span = picked();
    say(`${picking.row.dataset.label}: ${span ? `\u201c${words(span)}\u201d` : "no words"}. ${more}`);
  }

  function stopPicking() {
    const { card } = picking;
    picking = null;
    say("");
    draw(card);
    drawSentence();
  }

  function set(card, row, span) {
    const others = isMany(row) ? spansOf(card, row).filter((one) => one[0] !== span?.[0] || one[1] !== span?.[1]) : [];
    card.spans[row.dataset.role] = span ? [...others, span].sort((one, other) => one[0] - other[0] || one[1] - other[1]) : [];
    picking = null;
    window.getSelection().removeAllRanges();
    say("");
    changed(card);
    drawSentence();
    if (card.spans.trigger.length && !field(card, "act").value) field(card, "act").focus();
    else card.focus();
  }

  function pickByKey(event) {
    const last = units.length - 1;
    const steps = { ArrowRight: 1, ArrowLeft: -1, End: last, Home: -last };
    if (event.key in steps && last >= 0) {
      picking.to = Math.min(Math.max(picking.to + steps[event.key], 0), last);
      if (!event.shiftKey) picking.from = picking.to;
      drawSentence();
      tell();
    } else if (event.key === "Enter" || event.key === " ") set(picking.card, picking.row, picked());
    else if (event.key === "Delete" || event.key === "Backspace") set(picking.card, picking.row, null);
    else if (event.key === "Escape") { const { card } = picking; stopPicking(); card.focus(); }
    else return;
    event.preventDefault();
  }

  // The mouse: words that are selected while a role is being chosen become that role.
  document.addEventListener("mouseup", () => setTimeout(() => {
    const span = picking && selected();
    if (span) set(picking.card, picking.row, span);
  }));

  // ---- Keys

  const move = (step) => {
    const all = cards();
    const next = all[Math.min(Math.max(all.indexOf(current) + step, 0), all.length - 1)];
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
  };

  const onward = () => {
    const next = cards().find((card) => !verdict(card));
    if (next) next.focus();
    else say("All is decided: Enter saves and goes on.");
  };

  const edit = (name) => () => { if (current) { open(current); field(current, name).focus(); } };

  const actions = {
    j: () => move(1), ArrowDown: () => move(1), k: () => move(-1), ArrowUp: () => move(-1),
    a: () => { if (current) { accept(current); onward(); } },
    A: () => { for (const card of cards()) if (!verdict(card)) accept(card); onward(); },
    r: () => { if (current) { decide(current, "rejected"); current.classList.remove("open"); onward(); } },
    e: () => { if (current) { decide(current, current.dataset.move ? "amended" : "added"); open(current); say("Choose a role by its number, or t, s, i, d for act, status, issue, date."); } },
    t: edit("act"), s: edit("status"), i: edit("issue"), d: edit("date"),
    v: () => find("voice").focus(),
    n: startNew, "?": () => keys.showModal(), u: () => undoForm?.requestSubmit(),
    Enter: send, " ": send,
  };

  function accept(card) {
    if (!card.dataset.move) decide(card, "added");
    else decide(card, card.touched ? "amended" : "accepted");
    card.classList.remove("open");
  }

  function startNew() {
    const ready = selected();
    const card = add();
    card.focus();
    if (ready) set(card, rows(card)[0], ready);
    else pick(card, rows(card)[0]);
  }

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("[data-field], [data-voice]");
    if (typing && (event.key === "Enter" || event.key === "Escape")) {
      event.preventDefault();
      (typing.closest("[data-card]") ?? current ?? sentence).focus();
    }
    if (!isPlain(event)) return;
    if (picking && !event.target.closest("button, a")) { pickByKey(event); if (event.defaultPrevented) return; }
    if ((event.key === "Enter" || event.key === " ") && event.target.closest("button, a, summary, input, label")) return;
    if (event.key.startsWith("Arrow") && event.target.closest("input")) return;
    const row = current && rows(current)[Number(event.key) - 1];
    const action = row ? () => pick(current, row) : actions[event.key];
    if (action) { event.preventDefault(); action(); }
  });

  // ---- Saving

  const record = (card) => ({
    id: card.dataset.move || null, verdict: verdict(card), spans: card.spans,
    ...Object.fromEntries(["act", "status", "issue", "date"].map((name) => [name, field(card, name).value.trim()])),
  });

  const isEmpty = (card) => !card.dataset.move && (verdict(card) === "rejected" || (!field(card, "act").value && !card.spans.trigger.length));

  function lacking(card) {
    if (!verdict(card)) return "this move is undecided: a accepts, e amends, r says that it is not there";
    if (verdict(card) === "rejected") return "";
    if (!card.spans.trigger.length) return "choose the words of its trigger: 1";
    return field(card, "act").value ? "" : "choose its act: t";
  }

  function send() { form.requestSubmit(find("save")); }

  form.addEventListener("submit", (event) => {
    const wanting = cards().filter((card) => !isEmpty(card)).find(lacking);
    if (wanting || sending) {
      event.preventDefault();
      if (wanting) { wanting.focus(); say(`Nothing is saved yet: ${lacking(wanting)}.`); }
      return;
    }
    sending = true;
    find("moves").value = JSON.stringify(cards().filter((card) => !isEmpty(card)).map(record));
    find("seconds").value = (spent() / 1000).toFixed(1);
  });

  // Time counts while the page is looked at. It is for the reviewer alone.
  let counted = 0, since = document.hidden ? null : performance.now();
  const spent = () => counted + (since === null ? 0 : performance.now() - since);
  document.addEventListener("visibilitychange", () => {
    counted = spent();
    since = document.hidden ? null : performance.now();
  });
  window.addEventListener("pageshow", () => { sending = false; });

  function say(what) { find("said").textContent = what; }

  // ---- Start

  for (const plain of form.querySelectorAll(".review-actions [data-plain]")) plain.remove();
  for (const name of ["new", "help"]) find(name).hidden = false;
  find("new").addEventListener("click", startNew);
  keepSelection(find("new"));
  find("help").addEventListener("click", () => keys.showModal());
  form.classList.add("scripted");
  form.noValidate = true; // what is missing is said here, with the key that mends it
  for (const card of cards()) adopt(card);
  for (const card of cards()) if (card.querySelector(".failure") || !card.dataset.move) open(card);
  show(cards()[0] ?? null);
  if (!document.querySelector("#failure")) (current ?? sentence).focus({ preventScroll: true });
  else document.querySelector("#failure").focus();
}
