"""Ask DNS and the relay about a sending domain."""

import smtplib
import ssl
from dataclasses import dataclass
from ipaddress import ip_address

import dns.exception
import dns.rdatatype
import dns.resolver
import dns.reversename
from dns.rdtypes.ANY.MX import MX
from dns.rdtypes.ANY.TXT import TXT

from otayori.ops.mail_check.records import Answer, Ask, Question, Records, Tls
from otayori.ops.mail_check.spf import walk
from otayori.ops.trouble import Trouble

_PATIENCE = 4.0  # seconds for one question, and for the relay
_TIMEOUTS = 2  # after so many the name server is held to be away, and is asked nothing more


@dataclass(frozen=True, slots=True)
class Relay:
    """The mail relay of the settings."""

    host: str
    port: int
    implicit_tls: bool
    local: bool


def resolver(nameserver: tuple[str, int] | None = None) -> Ask:
    """Look-ups at a name server (address, port), or at the system's. Raises Trouble where there is none."""
    try:
        asking = dns.resolver.Resolver(configure=nameserver is None)
        if nameserver:
            asking.nameservers, asking.port = [nameserver[0]], nameserver[1]
    except (dns.resolver.NoResolverConfiguration, ValueError) as error:
        raise Trouble(
            "DNS サーバーがわかりません。--nameserver 192.0.2.53:53 のように IP アドレスで指定してください。",
            "No name server: give one with --nameserver ADDRESS:PORT.",
        ) from error
    asking.lifetime = _PATIENCE
    asking.use_edns(0, 0, 1232)  # a DKIM key of 2048 bits fits hardly into the 512 octets of plain DNS

    timeouts: list[str] = []

    def ask(name: str, kind: str) -> Answer:
        if len(timeouts) >= _TIMEOUTS:
            return None
        try:
            answer = asking.resolve(f"{name}.", kind)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer, dns.resolver.YXDOMAIN):
            return ()
        except dns.resolver.NoNameservers:
            return None
        except dns.exception.Timeout:
            timeouts.append(name)
            return None
        except dns.exception.DNSException:  # what stands in the record is no name at all
            return ()
        return _texts(answer)

    return ask


def _texts(answer: dns.resolver.Answer) -> tuple[str, ...]:
    if answer.rdtype == dns.rdatatype.MX:
        hosts = sorted((data.preference, _name(data.exchange)) for data in answer if isinstance(data, MX))
        return tuple(host for _, host in hosts)
    if answer.rdtype == dns.rdatatype.TXT:
        texts = (b"".join(data.strings) for data in answer if isinstance(data, TXT))
        return tuple(sorted(text.decode("utf-8", "replace") for text in texts))
    return tuple(sorted(str(data).rstrip(".") for data in answer))


def _name(name: object) -> str:
    return str(name).rstrip(".").lower()


def gather(question: Question, ask: Ask, relay: Relay) -> Records:
    """Everything that `judge` wants to know."""
    domain, bounce = question.domain, question.bounce_domain
    dmarc_at, dmarc = _dmarc(domain, ask)
    names, confirmed = _relay_names(question.relay_ip, ask)
    return Records(
        mail_hosts=ask(domain, "MX"),
        addresses=_addresses(domain, ask),
        spf=walk(domain, question.relay_ip, ask),
        dkim=ask(f"{question.selector}._domainkey.{domain}", "TXT") if question.selector else (),
        dmarc=dmarc,
        dmarc_at=dmarc_at,
        relay_names=names,
        confirmed_names=confirmed,
        relay_tls=relay_tls(relay),
        bounce_hosts=_takes_mail(bounce, ask) if bounce else (),
        bounce_spf=walk(bounce, question.relay_ip, ask) if bounce else None,
    )


def _addresses(name: str, ask: Ask) -> Answer:
    return _either(ask(name, "A"), ask(name, "AAAA"))


def _takes_mail(name: str, ask: Ask) -> Answer:
    return _either(ask(name, "MX"), _addresses(name, ask))  # RFC 5321 5.1: without MX, A and AAAA


def _either(first: Answer, second: Answer) -> Answer:
    """Both together; unknown only if neither has something and one could not be told."""
    if first or second:
        return (*(first or ()), *(second or ()))
    return None if first is None or second is None else ()


def _dmarc(domain: str, ask: Ask) -> tuple[str, Answer]:
    """The record of the domain or, if it has none, of the nearest domain above that has one."""
    labels = domain.split(".")
    for start in range(max(len(labels) - 1, 1)):
        above = ".".join(labels[start:])
        texts = ask(f"_dmarc.{above}", "TXT")
        if texts is None:
            return above, None
        if records := tuple(text for text in texts if text.lower().startswith("v=dmarc1")):
            return above, records
    return domain, ()


def _relay_names(relay_ip: str, ask: Ask) -> tuple[Answer, Answer]:
    if not relay_ip:
        return (), ()
    ip = ip_address(relay_ip)
    names = ask(str(dns.reversename.from_address(relay_ip)).rstrip("."), "PTR")
    if not names:
        return names, names
    forward = {name: ask(name, "A" if ip.version == 4 else "AAAA") for name in names}
    confirmed = tuple(name for name in names if str(ip) in (forward[name] or ()))
    return names, None if not confirmed and None in forward.values() else confirmed


def relay_tls(relay: Relay) -> Tls:
    """Whether the relay takes mail over TLS. Whom it does not reach is AWAY."""
    if relay.local:
        return Tls.LOCAL
    try:
        if relay.implicit_tls:
            with smtplib.SMTP_SSL(relay.host, relay.port, timeout=_PATIENCE):
                return Tls.OFFERED
        with smtplib.SMTP(relay.host, relay.port, timeout=_PATIENCE) as client:
            client.ehlo()
            return Tls.OFFERED if client.has_extn("starttls") else Tls.MISSING
    except (OSError, smtplib.SMTPException, ssl.SSLError):
        return Tls.AWAY
