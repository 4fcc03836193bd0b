"""What was asked about a sending domain, and what DNS and the relay answered: values only."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, StrEnum

Answer = tuple[str, ...] | None
"""The records found; () if there are none; None if nobody could tell, since DNS is away or broken."""

Ask = Callable[[str, str], Answer]
"""`ask(name, "TXT")`. MX answers are host names in the order of preference, "" for "takes no mail"."""


@dataclass(frozen=True, slots=True)
class Question:
    """What to look at. Domains are in ASCII, without the last dot; "" where the operator gave nothing."""

    domain: str
    selector: str = ""
    our_key: str = ""  # the record that DNS must hold for the key we sign with
    relay_ip: str = ""  # from which the relay sends into the world
    bounce_domain: str = ""  # of the envelope sender, where it is not the domain itself


@dataclass(frozen=True, slots=True)
class Spf:
    """The SPF record (RFC 7208) of a domain, followed through its includes."""

    records: Answer
    catch_all: str = ""  # the last "all" with its sign, "-all"; "" if there is none
    lookups: int = 0  # includes and the like, all counted
    covers: bool | None = None  # whether the relay's address passes; None if it cannot be told
    broken: str = ""  # the part no receiver can read


class Tls(Enum):
    """Whether what we hand to the relay is encrypted."""

    OFFERED = "offered"
    MISSING = "missing"
    LOCAL = "the relay is this machine"
    AWAY = "no answer"


@dataclass(frozen=True, slots=True)
class Records:
    """All that was answered to a Question."""

    mail_hosts: Answer
    addresses: Answer
    spf: Spf
    dkim: Answer  # TXT at the selector
    dmarc: Answer
    dmarc_at: str  # the domain whose _dmarc record counts: the domain or one above it
    relay_names: Answer  # PTR
    confirmed_names: Answer  # those of them that lead back to the address
    relay_tls: Tls
    bounce_hosts: Answer = ()  # MX, else A, of the bounce domain
    bounce_spf: Spf | None = None


class Mark(StrEnum):
    """How a finding begins on the screen."""

    GOOD = "○"
    ADVICE = "△"
    MISSING = "×"
    UNKNOWN = "？"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line for the operator, in two languages; `record` is what DNS should hold."""

    mark: Mark
    subject: str
    japanese: str
    english: str
    record: str = ""

    def __str__(self) -> str:
        lines = [f"{self.mark} {self.subject}: {self.japanese}", self.english, self.record]
        return "\n    ".join(line for line in lines if line)
