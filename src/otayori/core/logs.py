"""Keep secrets that stand in addresses out of the logs: /join/<token>, /feed/<token>.ics."""

import logging
import re

_SECRET = re.compile(r"/(join|feed)/[^\s?]+")


class WithoutSecrets(logging.Filter):
    """Cut the secret off addresses that Django names when it could not answer them."""

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        if "/join/" in said or "/feed/" in said:
            record.msg, record.args = _SECRET.sub(r"/\1/…", said), ()
        return True
