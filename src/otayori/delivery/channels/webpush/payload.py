"""Packs a message into the bytes of a push: format byte 1, then JSON compressed as raw deflate.

The service worker reads it so:

    const bytes = new Uint8Array(event.data.arrayBuffer());      // bytes[0] === 1
    const stream = new Blob([bytes.slice(1)]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
    const page = await new Response(stream).json();

`DecompressionStream` knows "deflate-raw" in every browser that has Web Push on its current versions (on iOS
both came with 16.4). Raw deflate has no mark of its own, hence the format byte; it is below any byte that
JSON or text can begin with.

Keys: `v` format (1), `id` message id (last part of the URL's path; the notification's tag, unless the
device wants what can wait as one notification), `batch` batch id, `url`, `lang` (of the reader: what the
app says around the message, and all words of a recall), `urgency`, `sender`, `title`, `text`, `sent_at`
and, if there is one, `deadline` (ISO 8601 with zone). Title and text are taken for Japanese; a translation
would name its language in `text_lang`, which the service worker reads and nobody writes yet. `"more": true`
says that something was left out: the page shows the beginning, and the rest is fetched from `url` within a
minute, or at once when it is opened.

A `url` that is no message's leads to a page of the app (a test, a dead mail address): nothing is stored,
and the device tells at once that the push was shown (`Endpoint.arrived_at`), otherwise with the next things
it sends.

Keys that stand only where they say something; a service worker that does not know them shows the message as
if it were the first time, which is why a recall must carry none of the old words:

- `kind`: "reminder", "correction" (the page and the notification take the place of the earlier ones) or
  "recall" (the page becomes a tombstone: `text` is the reason). Absent: told for the first time.
- `version`: number of the words, from 2 up; a correction counts it. Words of an older version that arrive
  later than these are not shown.
- `files`: [[id, name, kind, bytes], ...], linked as `<url>/files/<id>`; kind is "pdf", "image", "office" or
  "text". Left out, with `more`, before the text is cut. Those of an emergency are fetched ahead where they
  are 2 MB or less together.
"""

import json
import zlib
from urllib.parse import urlsplit

from otayori.delivery.channels.webpush.encryption import MAX_PAYLOAD
from otayori.delivery.parcel import Content, Kind

FORMAT = b"\x01"
# Firefox on Android gets its pushes through another service, base64-coded, and takes 3070 encrypted bytes;
# its push service answers 413 above that though RFC 8030 7.2 promises 4096. People report 2,800 to be safe.
SMALL_PAYLOAD = 2700


def render(content: Content, *, limit: int = MAX_PAYLOAD) -> bytes:
    """The payload, at most `limit` bytes. The same for everybody who gets this content.

    Where all does not fit, the links to files go first; a text that still does not is cut, after a sentence
    where possible. Raises ValueError if even the bare message without its text is too long, which takes a
    URL of kilobytes.
    """
    fields = _fields(content)
    whole = _pack(fields)
    if len(whole) <= limit:
        return whole
    fields["more"] = True
    if fields.pop("files", None):
        without_files = _pack(fields)
        if len(without_files) <= limit:
            return without_files
    for name in ("text", "title"):  # the title only gives way if cutting the text was not enough
        fields[name] = _longest(fields, name, limit)
        packed = _pack(fields)
        if len(packed) <= limit:
            return packed
    raise ValueError("the message does not fit in a push even without its text")


def _fields(content: Content) -> dict[str, object]:
    fields: dict[str, object] = {
        "v": FORMAT[0],
        "id": urlsplit(content.url).path.rstrip("/").rpartition("/")[2],
        "batch": str(content.batch_id),
        "url": content.url,
        "lang": content.language,
        "urgency": content.urgency.value,
        "sender": content.sender,
        "title": content.title,
        "text": content.text,
        "sent_at": content.sent_at.isoformat(timespec="seconds"),
    }
    if content.deadline is not None:
        fields["deadline"] = content.deadline.isoformat(timespec="seconds")
    return fields | _again(content)


def _again(content: Content) -> dict[str, object]:
    """The keys that only some messages have."""
    fields: dict[str, object] = {}
    if content.kind is not Kind.MESSAGE:
        fields["kind"] = content.kind.value
    if content.version > 1:
        fields["version"] = content.version
    if content.files:
        fields["files"] = [[file[key] for key in ("id", "name", "kind", "size")] for file in content.files]
    return fields


def _pack(fields: dict[str, object]) -> bytes:
    deflate = zlib.compressobj(level=9, wbits=-15)
    text = json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
    # A lone surrogate cannot be sent as UTF-8; it comes from a broken paste and is shown as "?".
    return FORMAT + deflate.compress(text.encode(errors="replace")) + deflate.flush()


def _longest(fields: dict[str, object], name: str, limit: int) -> str:
    """The longest beginning of a field with which everything fits ("" if none); a whole sentence if near."""
    text = str(fields[name])
    fits, too_long = 0, len(text) + 1
    while too_long - fits > 1:
        middle = (fits + too_long) // 2
        if len(_pack(fields | {name: text[:middle]})) <= limit:
            fits = middle
        else:
            too_long = middle
    sentence = 1 + max(text.rfind(mark, 0, fits) for mark in ("。", "\n", ". "))
    # Shorter text deflates to less but for a few odd bytes, so the cut is tried before it is taken.
    if sentence >= fits * 0.8 and len(_pack(fields | {name: text[:sentence]})) <= limit:
        return text[:sentence]
    return text[:fits]
