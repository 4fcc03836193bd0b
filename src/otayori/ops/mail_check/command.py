"""`otayori mail check [DOMAIN]`: ask, judge, and tell the operator in two languages."""

from collections.abc import Callable
from email.utils import parseaddr
from ipaddress import ip_address

from django.conf import settings

from otayori.delivery.channels.email.address import mailbox_bytes
from otayori.delivery.channels.email.config import is_loopback
from otayori.delivery.channels.email.dkim import DkimSigner
from otayori.delivery.channels.email.errors import UnsendableAddressError
from otayori.ops.mail_check.ask import Relay, gather, resolver
from otayori.ops.mail_check.judge import LACKING, UNCERTAIN, WELL, exit_code, judge
from otayori.ops.mail_check.records import Question
from otayori.ops.trouble import Trouble

_LAST_LINES = {
    WELL: "○ Gmail と docomo が求めるものは揃っています / all that Gmail and docomo ask for is there",
    LACKING: "× のところを直してください / mend what is marked ×",
    UNCERTAIN: "？ のところを確かめられず、揃っているとは言えません / what is marked ？ could not be told",
}


def check(
    write: Callable[[str], None],
    *,
    domain: str = "",
    selector: str = "",
    relay_ip: str = "",
    nameserver: tuple[str, int] | None = None,
) -> int:
    """Write a line or more for each finding; returns the exit code (`judge.WELL` and its like)."""
    question = _question(domain, selector, relay_ip)
    relay = Relay(
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_SSL, is_loopback(settings.EMAIL_HOST)
    )
    findings = judge(question, gather(question, resolver(nameserver), relay))
    for finding in findings:
        write(str(finding))
    code = exit_code(findings)
    write(_LAST_LINES[code])
    return code


def _question(domain: str, selector: str, relay_ip: str) -> Question:
    sender = _domain(parseaddr(settings.OTAYORI_MAIL_FROM)[1].rpartition("@")[2])
    asked = _domain(domain) if domain else sender
    bounce_address: str = getattr(settings, "OTAYORI_BOUNCE_ADDRESS", "") or ""
    own = settings.OTAYORI_DKIM_SELECTOR if asked == sender else ""
    return Question(
        domain=asked,
        selector=selector or own,
        our_key=_our_key(asked) if own and selector in {"", own} else "",
        relay_ip=_address(relay_ip) if relay_ip else "",
        bounce_domain=_domain(parseaddr(bounce_address)[1].rpartition("@")[2]) if bounce_address else "",
    )


def _our_key(domain: str) -> str:
    path = settings.OTAYORI_DKIM_KEY_FILE
    if path is None:
        return ""
    selector = settings.OTAYORI_DKIM_SELECTOR
    return DkimSigner.from_pem(path.read_bytes(), selector=selector, domain=domain).record


def _domain(text: str) -> str:
    """A domain as DNS knows it: lower case, international names in punycode."""
    try:
        return (
            mailbox_bytes(f"postmaster@{text.strip().rstrip('.').lower()}").decode("ascii").partition("@")[2]
        )
    except UnsendableAddressError as error:
        raise Trouble(
            f"「{text}」はドメインの名前ではありません。city.example のように書いてください。",
            "Not a domain: write it like city.example.",
        ) from error


def _address(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError as error:
        raise Trouble(
            f"「{text}」は IP アドレスではありません。--relay-ip には 203.0.113.25 のように書いてください。",
            "--relay-ip must be an IP address.",
        ) from error
