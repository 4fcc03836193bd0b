"""The components every page is made of: fields, notices, marks, counts, dates, progress.

Each tag renders one template of `otayori/components/`; nothing here builds HTML from strings.
The page `/styleguide` shows them all.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BaseForm, BoundField, CheckboxInput, ClearableFileInput, FileInput, PasswordInput
from django.template.context import Context
from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from otayori.core import languages
from otayori.core.clock import TOKYO
from otayori.core.devices import device_name
from otayori.core.moments import beside, day_text, moment_text
from otayori.core.signs import CHILD_SHAPES, COUNTS, FILE_ICONS, NOTICES, STATUSES

register = template.Library()

COMPONENTS = "otayori/components/"


def _component(name: str, context: dict[str, Any]) -> SafeString:
    return render_to_string(f"{COMPONENTS}{name}.html", context)


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """Inline SVG from `otayori/icons/`. Silent for screen readers unless `label` says it alone."""
    return _component("icon", {"shape": f"otayori/icons/{name}.svg", "icon_name": name, "label": label})


@register.filter
def file_icon(kind: str) -> str:
    """The name of the icon for a kind of file."""
    return FILE_ICONS.get(kind, "file")


@register.filter
def device(user_agent: str) -> str:
    """A browser as its owner knows it: 「iPhone の Safari」."""
    return device_name(user_agent)


@register.simple_tag(takes_context=True)
def text_size(context: Context) -> str:
    """The reader's text size as kept in a cookie: "large", "largest", or "" for the usual one."""
    request = context.get("request")
    size = request.COOKIES.get("text_size", "") if request is not None else ""
    return size if size in {"large", "largest"} else ""


@register.simple_tag
def language_tag() -> str:
    """The language of the page as browsers and screen readers name it: zh-Hans, pt-BR."""
    return languages.current().tag


@register.simple_tag
def guardian_languages() -> list[dict[str, Any]]:
    """All languages of guardians' pages, each with its own name; which one the page is in."""
    now = languages.current()
    return [{"language": one, "is_current": one == now} for one in languages.LANGUAGES.values()]


@register.inclusion_tag("otayori/components/language_switch.html", takes_context=True)
def language_switch(context: Context) -> dict[str, Any]:
    """The choice of languages, on pages that may post it; it leads back to the same page.

    A shell that the device keeps is no page to come back to: there the browser tells where it stood.
    """
    request = context.get("request")
    match = getattr(request, "resolver_match", None)
    is_shell = match is not None and match.url_name == "message_shell"
    return {
        "csrf_token": context.get("csrf_token"),
        "back": "" if request is None or is_shell else request.get_full_path(),
        "current": languages.current(),
        "languages": languages.LANGUAGES.values(),
    }


@register.simple_tag
def nav_item(url: str, icon_name: str, label: str, here: str, current: str = "") -> SafeString:
    """One entry of a menu; nothing where this installation has no such page."""
    if not url:
        return SafeString("")
    return _component(
        "nav_item", {"url": url, "icon_name": icon_name, "label": label, "current": here == current}
    )


@register.simple_tag
def field(bound: BoundField, hint: str = "", unit: str = "", size: str = "") -> SafeString:
    """A form field: label above, hint, error, control.

    `unit` stands behind the control (「人」), `size` is "short" or "medium" where full width misleads.
    The hint belongs in the form's help_text; `hint` here is for what only the page knows.
    """
    widget = bound.field.widget
    return _component(
        "field",
        {
            "field": bound,
            "hint": hint,
            "unit": unit,
            "size": size,
            "is_check": isinstance(widget, CheckboxInput),
            "is_file": isinstance(widget, FileInput | ClearableFileInput),
            "is_password": isinstance(widget, PasswordInput),
        },
    )


@register.simple_tag
def error_summary(*forms: BaseForm) -> SafeString:
    """What is wrong in these forms, on top of the page, each line a link to its field."""
    lines = [
        {"target": _first_control(form, name), "text": _said_with_label(form, name, str(text))}
        for form in forms
        if form is not None and form.is_bound
        for name, texts in form.errors.items()
        for text in texts
    ]
    if not lines:
        return SafeString("")
    return _component("error_summary", {"lines": lines, "fields": any(line["target"] for line in lines)})


def _said_with_label(form: BaseForm, name: str, text: str) -> str:
    """An error as it is understood away from its field: 「題名：…」 unless it names the field already."""
    label = str(form[name].label) if name in form.fields else ""
    if not label or label in text:
        return text
    return _("%(label)s：%(text)s") % {"label": label, "text": text}


def _first_control(form: BaseForm, name: str) -> str:
    """The id a link can jump to; radio buttons and checkbox lists have one id a choice."""
    if name not in form.fields:
        return ""
    bound = form[name]
    return bound.id_for_label or (f"{bound.auto_id}_0" if bound.auto_id else "")


@register.simple_block_tag
def notice(content: str, kind: str = "info", title: str = "") -> SafeString:
    """A framed remark: info, success, warning or error."""
    return _component("notice", {"kind": kind, "title": title, "content": content})


@register.filter
def notice_kind(level: str) -> str:
    """Django's message level tag as one of our four kinds."""
    for word in level.split():
        if word in NOTICES:
            return word
    return "info"


@register.filter
def notice_icon(level: str) -> str:
    return NOTICES[notice_kind(level)][0]


@register.filter
def notice_word(level: str) -> str:
    return str(NOTICES[notice_kind(level)][1])


@register.simple_block_tag
def dialog(content: str, name: str, title: str) -> SafeString:
    """A question in a <dialog> with the HTML id `name`.

    It is opened by a link with `data-dialog-open="name"` whose address asks the same on a page of its
    own, for a browser without script.
    """
    return _component("dialog", {"id": name, "title": title, "content": content})


@register.simple_block_tag
def empty_state(content: str, icon_name: str, title: str) -> SafeString:
    """What stands where a list would: why it is empty and what to do."""
    return _component("empty_state", {"icon_name": icon_name, "title": title, "content": content})


@register.simple_tag
def status(kind: str, word: str = "") -> SafeString:
    """A status as icon and word. Unknown kinds are a mistake of the page: KeyError."""
    icon_name, tone, usual = STATUSES[kind]
    return _component("status", {"icon_name": icon_name, "tone": tone, "word": word or usual})


@register.simple_tag
def urgency(kind: str) -> SafeString:
    """緊急 or 重要 as icon and word; nothing for normal messages and leaflets."""
    return _component("urgency", {"kind": kind}) if kind in {"emergency", "important"} else SafeString("")


@register.filter
def count(number: int, unit: str) -> str:
    """A number with its unit and thousands mark: `{{ n|count:"person" }}` is 20,000人."""
    return str(COUNTS[unit] % {"number": number, "n": f"{number:,}"})


@register.simple_tag
def child_mark(index: int, name: str = "") -> SafeString:
    """The shape and colour of the guardian's `index`-th child (from 0), with the name beside it."""
    place = index % len(CHILD_SHAPES)
    return _component("child_mark", {"shape": CHILD_SHAPES[place], "place": place, "name": name})


@register.simple_tag
def stepper(current: int, *labels: str) -> SafeString:
    """Steps always visible; `current` counts from 1."""
    steps = [
        {"number": number, "label": label, "state": _step_state(number, current)}
        for number, label in enumerate(labels, start=1)
    ]
    parts = {"steps": steps, "current": current, "total": len(labels), "label": labels[current - 1]}
    # Where many steps leave no room for their labels on a phone, the line above says what comes next.
    parts["next"] = labels[current] if 3 < len(labels) != current else ""
    return _component("stepper", parts)


def _step_state(number: int, current: int) -> str:
    if number < current:
        return "done"
    return "current" if number == current else "ahead"


@register.simple_tag
def delivery_progress(label: str, left: str = "", notes: Sequence[str] = (), **counts: int) -> SafeString:
    """One bar of one channel: `done`, `failed`, `waiting` in numbers and widths, and the time left in words.

    What was `stopped` counts in the whole: a bar that was stopped in the middle is never full. `notes` are
    sentences below; a channel that has nothing to do (yet) shows them alone.
    """
    done, failed, total = counts["done"], counts["failed"], sum(counts.values())
    parts: dict[str, Any] = {"label": label, "left": left, "notes": notes, "is_idle": not total} | counts
    # 99.9 % is not finished: the figure is rounded down and says 100 only at the end.
    parts["percent"] = (done + failed) * 100 // total if total else 0
    # Widths are strings: a localised decimal comma would break the SVG.
    parts["done_width"] = f"{done / total * 100:.2f}" if total else "0"
    parts["failed_width"] = f"{failed / total * 100:.2f}" if total else "0"
    return _component("delivery_progress", parts)


@register.simple_tag(takes_context=True)
def pagination(context: Context, page: Page[Any]) -> SafeString:
    """Pages of a list; the filters of the address stay. Needs `request` in the context."""
    if page.paginator.num_pages < 2:
        return SafeString("")
    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    parts = {"page": page, "numbers": list(numbers), "request": context.get("request")}
    return _component("pagination", parts)


@register.simple_tag
def moment(at: datetime) -> str:
    """A moment within a sentence: 11月25日(火) 13:00."""
    return moment_text(at)


@register.simple_tag
def when(moment: datetime | date | None, time: bool = True, *, day: bool = True) -> SafeString:
    """A moment as 11月25日(火) 13:00, with 今日 / 明日 / 昨日 beside it, in school time.

    Without `day` the clock alone, where a heading names the day.
    """
    if moment is None:
        return SafeString("")
    local = moment.astimezone(TOKYO) if isinstance(moment, datetime) else moment
    on = local.date() if isinstance(local, datetime) else local
    parts = {"iso": local.isoformat()}
    if time and isinstance(local, datetime):
        parts["clock"] = date_format(local, "H:i")
    if day:
        parts |= {"day": day_text(on), "beside": beside(on)}
    return _component("when", parts)
