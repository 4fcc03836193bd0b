// The service worker's settings, and the files it is made of. It lives at the root, so that it serves every page.
"use strict";
self.OTAYORI = {{ config|safe }};
importScripts(...{{ files|safe }});
