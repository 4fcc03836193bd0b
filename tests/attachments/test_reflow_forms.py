"""A form's lines stay lines, also on a page that has too few of them to tell how broad it is."""

import pytest

from otayori.messaging.attachments.reflow import reflow


@pytest.mark.parametrize(
    "page",
    [
        "日時 12 月 4 日(木) 8 時 30 分 集合\n場所 飛鳥山公園の入口の広場\n持ち物 べんとう、水筒、雨具",
        "日時：12月4日(木) 8時30分から9時まで\n場所：体育館（上ばきを持って）\n電話：03-0000-1001 桜小学校",
    ],
)
def test_lines_with_a_label_are_not_joined(page: str) -> None:
    assert reflow([page]) == page


def test_prose_that_breaks_before_a_number_goes_on() -> None:
    page = "来週の木曜日に行う遠足は、雨天の場\n合は 3 日あとの日曜日に延ばします。"
    assert reflow([page]) == page.replace("\n", "")
