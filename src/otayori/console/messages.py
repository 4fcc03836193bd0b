"""The list of messages: filtered by address, searched by words, newest first."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from otayori.accounts.access import Access, access_of, staff
from otayori.console.message_filters import FilterBar, filter_bar
from otayori.console.message_rows import rows, with_counts
from otayori.console.place import address
from otayori.messaging import search_messages
from otayori.messaging.access import messages_for, readable_for
from otayori.messaging.excerpt import excerpt, marked
from otayori.messaging.filter_messages import in_order, narrow
from otayori.messaging.models import Message
from otayori.messaging.search_messages import Hit
from otayori.messaging.senders import senders

A_PAGE = 20


@staff
@require_safe
def messages(request: HttpRequest) -> HttpResponse:
    """The messages this person sees; what they are filtered by stands in the address."""
    access = access_of(request)
    bar = filter_bar(request.GET, access)
    found = narrow(messages_for(access), bar.filters, access.user)
    page = Paginator(in_order(found).values("id"), A_PAGE).get_page(request.GET.get("page"))
    ids: Any = page.object_list  # stays a subquery: what a far page skips is neither joined nor counted
    shown = with_counts(in_order(Message.objects.filter(id__in=ids)))
    context = _around(access, bar) | {"page": page, "rows": rows(shown, access.schools)}
    return render(request, "console/messages.html", context)


@staff
def search(request: HttpRequest) -> HttpResponse:
    """What was found by words. By POST, its pages too: a name has no business in an address or a log."""
    access = access_of(request)
    words = request.POST.get("words", "").strip()[: search_messages.MOST_WORDS]
    keys = search_messages.keys_of(words)
    if not keys:
        return redirect("console:messages")
    bar = filter_bar(request.POST, access)
    narrowed = narrow(readable_for(access), bar.filters, access.user)
    found = search_messages.search(narrowed, keys, _start(request))
    page = Paginator(found.hits, A_PAGE).get_page(request.POST.get("page"))
    context = _around(access, bar) | {
        "words": words,
        "list_url": address("console:messages", None, **dict(bar.query)),
        "found": found,
        "first": found.start + 1,
        "next_start": found.start + found.searched,
        "page": page,
        "rows": _rows_found(access, list(page), keys),
    }
    return render(request, "console/messages_found.html", context)


def _around(access: Access, bar: FilterBar) -> dict[str, Any]:
    """What stands around the rows of a list."""
    return {
        "nav_current": "messages",
        "bar": bar,
        "most_words": search_messages.MOST_WORDS,
        "may_write": bool(senders(access)),
    }


def _start(request: HttpRequest) -> int:
    start = request.POST.get("start", "")
    return min(int(start), 1_000_000) if start.isascii() and start.isdecimal() and len(start) < 8 else 0


def _rows_found(access: Access, hits: list[Hit], keys: list[str]) -> list[dict[str, Any]]:
    """Return hits as rows of the list, with the words marked where they stand."""
    shown = with_counts(Message.objects.filter(id__in=[hit.message.id for hit in hits]))
    by_id = {row["message"].id: row for row in rows(shown, access.schools)}
    found = []
    for hit in hits:
        row = by_id.get(hit.message.id)
        if row is not None:  # it may be a draft that was thrown away just now
            title = hit.message.title or _("題名なし")
            found.append(row | {"title": marked(title, keys), "excerpts": _excerpts(hit, keys)})
    return found


def _excerpts(hit: Hit, keys: list[str]) -> list[dict[str, Any]]:
    """Return where the words stand: in the text, and in each file with its name."""
    texts = [{"file": [], "pieces": excerpt(hit.message.text, keys)}]
    texts += [{"file": marked(name, keys), "pieces": excerpt(text, keys)} for name, text in hit.files]
    return [one for one in texts if one["file"] or one["pieces"]]
