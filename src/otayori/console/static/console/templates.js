// Slots: the text follows its fields while one types. The server fills them in as well (slots.py).
"use strict";

const SLOT = /｛([^｛｝\n]{1,20})｝/g;
const slotText = {
  date: (typed) => {
    const [year, month, day] = typed.split("-").map(Number);
    return `${month}月${day}日(${"日月火水木金土"[new Date(year, month - 1, day).getDay()]})`;
  },
  time: (typed) => typed.slice(0, 5),
  number: (typed) => (/^[\d,]+$/.test(typed) ? Number(typed.replaceAll(",", "")).toLocaleString("ja-JP") : typed),
};

// What can be filled in: a text, or "" for what may stay empty. What is missing has no entry.
const slotValues = (place) => {
  const values = new Map();
  for (const field of place.querySelectorAll("[data-slot]")) {
    const typed = field.value.trim();
    if (typed) values.set(field.dataset.slot, (slotText[field.dataset.slotType] ?? ((same) => same))(typed));
    else if ("slotOptional" in field.dataset) values.set(field.dataset.slot, "");
  }
  return values;
};

const fillSlots = (raw, values) => raw.split("\n").filter((line) => {
  const keys = [...line.matchAll(SLOT)].map((match) => match[1]);
  return !keys.length || keys.some((key) => values.get(key) !== "");
}).map((line) => line.replace(SLOT, (whole, key) => values.get(key) ?? whole)).join("\n");

for (const place of document.querySelectorAll("[data-slots]")) {
  const shown = new Map(); // what stands there by our filling: as long as it does, it follows the fields
  const show = (target) => {
    const values = slotValues(place);
    const filled = fillSlots(target.dataset.raw, values);
    if (!("value" in target)) target.textContent = filled;
    else if (target.value === (shown.get(target) ?? target.dataset.raw)) target.value = filled;
    else target.value = fillSlots(target.value, values); // changed by hand: only what is still missing
    shown.set(target, filled);
  };
  const showAll = () => place.querySelectorAll("[data-raw]").forEach(show);
  // before htmx looks at the fields: it waits for the event to bubble
  for (const field of place.querySelectorAll("[data-slot]")) {
    field.addEventListener("input", showAll);
    field.addEventListener("change", showAll);
  }
  showAll();
}
