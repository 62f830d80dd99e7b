// Dropping files on the form, and the progress of a job. The forms and the pages work without it.
"use strict";

for (const form of document.querySelectorAll("[data-drop]")) {
  const zone = form.querySelector(".drop");
  const input = form.querySelector("input[type=file]");
  const chosen = form.querySelector("[data-chosen]");
  const size = (bytes) => bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} kB` : `${(bytes / 1e6).toFixed(1)} MB`;

  const show = () => {
    chosen.replaceChildren(...[...input.files].map((file) => {
      const line = document.createElement("li");
      line.textContent = `${file.name} (${size(file.size)})`;
      return line;
    }));
    chosen.hidden = !input.files.length;
  };
  // What is dropped comes to what was there: files are often gathered from several folders.
  const add = (files) => {
    const all = new DataTransfer();
    for (const file of [...input.files, ...files]) all.items.add(file);
    input.files = all.files;
    show();
  };

  form.querySelector("[data-drop-hint]").hidden = false;
  form.querySelector("[data-plain-hint]").hidden = true;
  input.addEventListener("change", show);
  // A file dropped beside the zone would be opened in place of the page.
  for (const kind of ["dragover", "drop"]) document.addEventListener(kind, (event) => event.preventDefault());
  for (const kind of ["dragenter", "dragover"]) zone.addEventListener(kind, () => zone.classList.add("over"));
  for (const kind of ["dragleave", "drop"]) zone.addEventListener(kind, () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => add(event.dataTransfer.files));
  form.addEventListener("submit", () => { form.querySelector("button").disabled = true; });
  window.addEventListener("pageshow", () => { form.querySelector("button").disabled = false; });
}

for (const job of document.querySelectorAll("[data-job]")) {
  const said = job.querySelector("[data-job-said]");
  const bar = job.querySelector("progress");

  const show = (news) => {
    const words = news.doing ? news.doing[0].toUpperCase() + news.doing.slice(1) : "Working";
    const whole = news.total === null ? "" : ` of ${news.total.toLocaleString("en")}`;
    said.textContent = news.state === "waiting" ? "Waiting for what was started before" : `${words}: ${news.done.toLocaleString("en")}${whole} done`;
    if (news.total) { bar.max = news.total; bar.value = news.done; } else { bar.removeAttribute("value"); }
  };
  const ask = async () => {
    try {
      const answer = await fetch(job.dataset.job, { headers: { Accept: "application/json" } });
      const news = answer.ok ? await answer.json() : null;
      if (!news || news.over) { location.reload(); return; }
      show(news);
    } catch {
      said.textContent = "The desk does not answer; trying again";
    }
    setTimeout(ask, 700);
  };
  setTimeout(ask, 300);
}
