"""The texts of batches as channels take them: read and unsealed once a worker, kept while they are in use."""

import json
import logging
from collections.abc import Collection
from uuid import UUID

import tink

from otayori.core import crypto
from otayori.delivery.models import BatchContent
from otayori.delivery.parcel import Content, Kind, Urgency

log = logging.getLogger(__name__)

MOST_BATCHES = 100


class Contents:
    """A cache of contents by batch and language."""

    def __init__(self) -> None:
        self._kept: dict[UUID, dict[str, Content]] = {}

    def get(self, batch_id: UUID, language: str) -> Content | None:
        """Return the text in this language, else in the first one released; None where none can be read."""
        texts = self._kept.get(batch_id, {})
        return texts.get(language) or next(iter(texts.values()), None)

    def load(self, batch_ids: Collection[UUID]) -> None:
        """Make sure that the texts of these batches are here, where they can be read."""
        missing = set(batch_ids) - set(self._kept)
        if not missing:
            return
        if len(self._kept) > MOST_BATCHES:
            self._kept = {batch: texts for batch, texts in self._kept.items() if batch in batch_ids}
        rows = BatchContent.objects.filter(batch_id__in=missing).select_related("batch")
        for row in rows.order_by("id"):  # ids tell the order of release
            if (content := _read(row)) is not None:
                self._kept.setdefault(row.batch_id, {})[row.language] = content


def _read(row: BatchContent) -> Content | None:
    batch = row.batch
    try:
        text = row.text
    except (tink.TinkError, crypto.KeyMissing) as error:
        log.error("the text of batch %s can't be read: %s", batch.id, type(error).__name__)  # noqa: TRY400
        return None
    kept = json.loads(text)
    return Content(
        batch_id=batch.id,
        language=row.language,
        urgency=Urgency(batch.lane),
        sent_at=batch.released_at,
        deadline=batch.deadline,
        **kept | {"kind": Kind(kept.get("kind", Kind.MESSAGE))},  # older batches have none
    )
