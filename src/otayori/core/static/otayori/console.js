// Console only: counts while typing and selecting, and the phone beside the text. Pages work without it.
"use strict";

// Bulk selection: how many rows are ticked, and tick all.
const countTicked = (form) => {
  const boxes = [...form.querySelectorAll("td input[type=checkbox]")];
  const ticked = boxes.filter((box) => box.checked).length;
  for (const place of form.querySelectorAll("[data-ticked]")) place.textContent = ticked.toLocaleString();
  const all = form.querySelector("[data-tick-all]");
  if (all) {
    all.checked = ticked > 0 && ticked === boxes.length;
    all.indeterminate = ticked > 0 && ticked < boxes.length;
  }
};
document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (!form || event.target.type !== "checkbox" || !form.querySelector("[data-ticked], [data-tick-all]")) return;
  if ("tickAll" in event.target.dataset) {
    for (const box of form.querySelectorAll("td input[type=checkbox]")) box.checked = event.target.checked;
  }
  countTicked(form);
});

// Characters left: <p data-characters-of="id" data-limit="4000"><span></span>…</p>
for (const place of document.querySelectorAll("[data-characters-of]")) {
  const input = document.getElementById(place.dataset.charactersOf);
  const limit = Number(place.dataset.limit);
  const show = () => {
    const used = [...input.value].length;
    place.querySelector("span").textContent = used.toLocaleString();
    place.classList.toggle("is-over", used > limit);
  };
  input?.addEventListener("input", show);
  if (input) show();
}

// The phone follows the fields.
for (const place of document.querySelectorAll("[data-preview-of]")) {
  const input = document.getElementById(place.dataset.previewOf);
  const show = () => {
    place.textContent = input.value || place.dataset.previewEmpty;
    place.classList.toggle("is-empty", !input.value);
  };
  input?.addEventListener("input", show);
  if (input) show();
}
