"""The texts of batches as channels get them: by content they keep what they rendered."""

import pytest

from otayori.delivery.contents import Contents
from tests.cast import Cast
from tests.console.message_stories import whole
from tests.messaging.after_stories import went_out

pytestmark = pytest.mark.django_db


def test_a_content_read_from_the_ledger_is_a_key(cast: Cast) -> None:
    message = went_out(cast.suzuki, cast.sakura, whole(cast.sakura))
    batch = message.batch
    assert batch is not None
    contents = Contents()
    contents.load([batch.id])
    content = contents.get(batch.id, "ja")
    assert content is not None
    assert {content: "rendered"}[content] == "rendered"
