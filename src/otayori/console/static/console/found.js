// What was found came by POST and is not stored: gone back to, the browser would show an error instead of it.
// So Back leads to the list, with the same filters, and the words are never part of an address.
"use strict";

const list = document.querySelector("[data-list]");
if (list) history.replaceState(null, "", list.dataset.list);
