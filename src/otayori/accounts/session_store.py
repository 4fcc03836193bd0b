"""Where sessions are kept: Django's table, read by a statement that is compiled once."""

from datetime import UTC, datetime

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session

from otayori.core import clock
from otayori.core.prepared import Prepared

_LIVE = Prepared(
    lambda key, now: Session.objects.filter(session_key=key, expire_date__gt=now),
    "key",
    datetime(2000, 1, 1, tzinfo=UTC),
)


class SessionStore(db.SessionStore):
    """Django's, by its name and keys too: sessions made by the one are good for the other."""

    def _get_session_from_db(self) -> Session | None:
        """Return the session's row where it is still good; every request of somebody signed in asks."""
        found = _LIVE.first(self.session_key, clock.now())
        if found is None:
            self._session_key = None
        return found
