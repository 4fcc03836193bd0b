// Choosing whom a message is for: "all of a kind" ticks its schools, and a search over many schools.
"use strict";

const makeReady = (choice) => {
  const members = (key) => [...choice.querySelectorAll(`[data-member-of="${CSS.escape(key)}"]`)];
  choice.addEventListener("change", (event) => {
    const box = event.target;
    if (box.type !== "checkbox") return;
    if (box.value.startsWith("kind:")) {
      for (const school of members(box.value)) school.checked = box.checked;
    } else if (box.dataset.memberOf) {
      const all = choice.querySelector(`[value="${CSS.escape(box.dataset.memberOf)}"]`);
      all.checked = members(box.dataset.memberOf).every((school) => school.checked);
    }
  });

  // Width, case and kana do not matter: the same folding as roster/search.py, for what stands in data-search.
  const fold = (text) => text.normalize("NFKC").toLowerCase().replace(/\s+/g, "")
    .replace(/[\u3041-\u3096]/g, (kana) => String.fromCharCode(kana.charCodeAt(0) + 0x60));
  const field = choice.querySelector("[data-school-search]");
  if (!field) return;
  const line = field.closest(".school-search");
  const told = line.querySelector("[data-found]");
  line.hidden = false;
  field.addEventListener("change", (event) => event.stopPropagation()); // chooses nobody: nothing to count
  field.addEventListener("input", () => {
    const wanted = fold(field.value);
    let found = 0;
    for (const row of choice.querySelectorAll(".kind-row")) {
      let here = 0;
      for (const school of row.querySelectorAll("[data-search]")) {
        school.hidden = Boolean(wanted) && !school.dataset.search.includes(wanted);
        if (!school.hidden) here += 1;
      }
      row.hidden = Boolean(wanted) && !here;
      if (wanted) row.querySelector("details.more").open = here > 0;
      found += here;
    }
    told.textContent = wanted ? `${found}${told.dataset.found}` : "";
  });
};
for (const choice of document.querySelectorAll(".targets")) makeReady(choice);

// What came from the server: the button that asked has done its work; one goes on with the first box of it.
document.addEventListener("htmx:afterSwap", (event) => {
  const place = event.detail.target;
  if (place.id === "leaving-out") {
    makeReady(place.querySelector(".targets"));
    place.querySelector("input[type=checkbox]")?.focus();
  }
  if (place.classList.contains("school-choice")) {
    place.classList.add("is-open");
    place.querySelector('button[name="open"]')?.remove();
    place.querySelector(".school-inside input[type=checkbox]")?.focus();
  }
});

// The browser keeps ticks over a reload: the count must not speak of the page as it was sent.
const counted = document.querySelector("[data-targets]");
if (counted?.querySelector('[name="to"]:checked')) counted.dispatchEvent(new Event("targets"));
