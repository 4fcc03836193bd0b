"""The components say the right words and keep their promises to keyboards and screen readers."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import timezone, translation

from otayori.core import signs
from otayori.core.clock import TOKYO, today


def draw(source: str, **context: object) -> str:
    with translation.override("ja"):
        return Template("{% load i18n otayori_ui %}" + source).render(Context(context))


class Letter(forms.Form):
    title = forms.CharField(
        label="題名", help_text="40文字まで", error_messages={"required": "題名を入力してください。"}
    )
    urgency = forms.ChoiceField(label="緊急度", widget=forms.RadioSelect, choices=[("normal", "通常")])
    note = forms.CharField(label="メモ", required=False)
    seen = forms.BooleanField(label="添付を確かめました")
    file = forms.FileField(label="添付", required=False)


def test_a_field_says_in_words_that_it_is_required_and_ties_hint_and_error_to_the_control() -> None:
    html = draw("{% field form.title %}", form=Letter({"title": ""}))
    assert "必須" in html
    assert 'for="id_title"' in html
    assert 'aria-describedby="id_title_helptext id_title_error"' in html
    assert 'id="id_title_helptext"' in html
    assert 'id="id_title_error"' in html
    assert 'aria-invalid="true"' in html
    assert "必須" not in draw("{% field form.note %}", form=Letter())


def test_a_refused_field_keeps_its_text() -> None:
    assert 'value="あしたの持ち物"' in draw("{% field form.note %}", form=Letter({"note": "あしたの持ち物"}))


def test_choices_are_a_group_with_a_legend() -> None:
    html = draw("{% field form.urgency %}", form=Letter())
    assert "<fieldset" in html
    assert "<legend" in html


def test_a_checkbox_stands_before_its_label_and_is_drawn_once() -> None:
    html = draw("{% field form.seen %}", form=Letter())
    assert html.count("<input") == 1
    assert html.index("<input") < html.index("<label")


def test_the_error_summary_leads_to_each_field_also_to_radio_buttons() -> None:
    html = draw("{% error_summary form %}", form=Letter({"title": ""}))
    assert 'href="#id_title"' in html
    assert 'href="#id_urgency_0"' in html
    assert 'role="alert"' in html
    assert "3か所を直してください" in html


def test_the_error_summary_names_the_field_where_the_error_does_not() -> None:
    html = draw("{% error_summary form %}", form=Letter({"title": ""}))
    assert ">題名を入力してください。<" in html
    assert ">添付を確かめました：" in html


def test_there_is_no_summary_before_anything_was_sent() -> None:
    assert draw("{% error_summary form %}", form=Letter()) == ""


def test_errors_of_the_whole_form_stand_without_a_link() -> None:
    form = Letter({"title": "a", "urgency": "normal", "seen": "on"})
    form.add_error(None, "時間がたちました。")
    html = draw("{% error_summary form %}", form=form)
    assert "<li>時間がたちました。</li>" in html
    assert "内容をお確かめください" in html


@pytest.mark.parametrize("kind", signs.STATUSES)
def test_every_status_has_an_icon_and_a_word(kind: str) -> None:
    html = draw("{% status kind %}", kind=kind)
    assert "<svg" in html
    assert str(signs.STATUSES[kind][2]) in html


def test_a_status_nobody_defined_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        draw('{% status "no such" %}')


def test_urgency_is_said_in_words_and_only_where_there_is_some() -> None:
    assert "緊急" in draw('{% urgency "emergency" %}')
    assert "重要" in draw('{% urgency "important" %}')
    assert draw('{% urgency "normal" %}') == ""


@pytest.mark.parametrize(
    ("number", "unit", "words"),
    [(20000, "person", "20,000人"), (58, "student", "58名の児童・生徒"), (0, "message", "0件")],
)
def test_counts_carry_their_unit(number: int, unit: str, words: str) -> None:
    assert draw("{{ number|count:unit }}", number=number, unit=unit) == words


def test_children_differ_in_shape_not_only_in_colour() -> None:
    drawn = [draw("{% child_mark n %}", n=n).split("<svg")[1] for n in range(8)]
    assert len(set(drawn)) == 8
    assert draw("{% child_mark 8 %}") == draw("{% child_mark 0 %}")


def test_names_are_escaped() -> None:
    assert "<b>" not in draw("{% child_mark 0 name %}", name="<b>")
    assert "<b>" not in draw('{% notice "info" name %}{{ name }}{% endnotice %}', name="<b>")


def test_a_notice_says_its_kind_to_those_who_do_not_see_the_colour() -> None:
    html = draw('{% notice "warning" "届かない方が3人います" %}<p>電話でお伝えください。</p>{% endnotice %}')
    assert "ご注意" in html
    assert "<p>電話でお伝えください。</p>" in html


def test_django_messages_become_notices() -> None:
    assert "notice-info" in draw('{% notice "debug" %}{% endnotice %}')
    assert "notice-error" in draw('{% notice "safe error" %}{% endnotice %}')


def test_progress_is_100_only_at_the_end() -> None:
    assert 'aria-valuenow="99"' in draw('{% delivery_progress "メール" done=19998 failed=1 waiting=1 %}')
    assert 'aria-valuenow="100"' in draw('{% delivery_progress "メール" done=19998 failed=2 waiting=0 %}')
    assert 'aria-valuenow="0"' in draw('{% delivery_progress "メール" done=0 failed=0 waiting=0 %}')


def test_progress_is_told_in_words_and_needs_no_inline_style() -> None:
    html = draw('{% delivery_progress "メール" done=1 failed=1 waiting=2 left="あと約20秒" %}')
    assert 'aria-valuetext="完了 1件、届かない 1件、待ち 2件"' in html
    assert "あと約20秒" in html
    assert 'width="25.00%"' in html
    assert "style=" not in html


def test_the_stepper_marks_where_one_is() -> None:
    html = draw('{% stepper 2 "宛先" "内容" "確認" %}')
    assert html.count('aria-current="step"') == 1
    assert "手順 2／3：内容" in html


def test_pages_keep_the_filters_of_the_address() -> None:
    request = RequestFactory().get("/console/messages", {"status": "sent", "page": "2"})
    html = draw("{% pagination page %}", page=Paginator(range(100), 20).page(2), request=request)
    assert "?status=sent&amp;page=3" in html
    assert html.count('aria-current="page"') == 1
    assert draw("{% pagination page %}", page=Paginator(range(5), 20).page(1), request=request) == ""


def test_dates_are_written_as_a_school_writes_them() -> None:
    moment = datetime(2031, 11, 25, 4, 0, tzinfo=timezone.get_fixed_timezone(0))
    html = draw("{% when moment %}", moment=moment)
    assert "2031年11月25日(火)" in html
    assert "13:00" in html  # Tokyo, whatever the server's zone


def test_today_and_tomorrow_stand_beside_the_date_never_instead() -> None:
    noon = datetime.combine(today(), datetime.min.time(), TOKYO) + timedelta(hours=12)
    for days, word in ((0, "今日"), (1, "明日"), (-1, "昨日")):
        html = draw("{% when moment %}", moment=noon + timedelta(days=days))
        assert word in html
        assert "月" in html
    assert "when-beside" not in draw("{% when moment %}", moment=noon + timedelta(days=2))


def test_an_icon_is_silent_unless_it_speaks_alone() -> None:
    assert 'aria-hidden="true"' in draw('{% icon "home" %}')
    assert 'role="img" aria-label="既読"' in draw('{% icon "check" "既読" %}')


def test_text_size_takes_only_the_sizes_there_are() -> None:
    request = RequestFactory().get("/")
    request.COOKIES["text_size"] = "large"
    assert draw("{% text_size %}", request=request) == "large"
    request.COOKIES["text_size"] = '"><script>'
    assert draw("{% text_size %}", request=request) == ""


def test_no_template_carries_an_inline_style_or_script() -> None:
    """The content security policy forbids both, silently: the page would only look broken."""
    package = Path(signs.__file__).parent.parent
    offenders = [
        f"{path.name}: {mark}"
        for path in package.glob("*/templates/**/*.html")
        for mark in (" style=", "<style", "<script>", " onclick=", " onsubmit=", " onchange=", "javascript:")
        if mark in path.read_text() and "email" not in path.parts and "mail" not in path.parts
    ]
    assert offenders == []
