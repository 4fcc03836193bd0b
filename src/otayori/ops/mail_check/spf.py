"""Follow an SPF record (RFC 7208) through its includes: how many look-ups, and does it cover the relay?"""

import re
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from otayori.ops.mail_check.records import Answer, Ask, Spf

MOST_LOOKUPS = 10  # RFC 7208 4.6.4
_STOP = 40  # look-ups after which we no longer count: an include that includes itself never ends

# sign, mechanism, value, length of an IPv4 network with its slash, the same for IPv6 (behind two slashes)
_TERM = re.compile(
    r"([+?~-]?)(all|include|a|mx|ptr|ip4|ip6|exists)(?::([^/]+))?(/\d+)?(?:/(/\d+))?", re.IGNORECASE
)
_MODIFIER = re.compile(r"([a-z][a-z0-9_.-]*)=(.*)", re.IGNORECASE)


def spf_records(texts: Answer) -> Answer:
    """Those of a domain's TXT records that are SPF."""
    if texts is None:
        return None
    return tuple(text for text in texts if re.match(r"v=spf1(\s|$)", text, re.IGNORECASE))


def walk(domain: str, relay_ip: str, ask: Ask) -> Spf:
    """Read a domain's SPF as a receiver does who is called from `relay_ip` ("" if that is not known)."""
    records = spf_records(ask(domain, "TXT"))
    if records is None or len(records) != 1:
        return Spf(records)
    walker = _Walker(ask, ip_address(relay_ip) if relay_ip else None)
    passes = walker.passes(domain, records[0])
    return Spf(
        records,
        catch_all=walker.catch_all,
        lookups=walker.lookups,
        covers=passes or (None if walker.unsure or not relay_ip else False),
        broken=walker.broken,
    )


class _Walker:
    """One evaluation. All parts are followed, also those after a match, so that look-ups count in full."""

    def __init__(self, ask: Ask, ip: IPv4Address | IPv6Address | None) -> None:
        self._ask, self._ip = ask, ip
        self.lookups = 0
        self.unsure = False  # something that could cover the address could not be looked up
        self.broken = ""
        self.catch_all = ""  # of the record that decides: the first, or the one it redirects to

    def passes(self, domain: str, record: str, *, included: bool = False) -> bool:
        """Whether this record lets the address send."""
        verdict, catch_all, redirect = "", "", ""
        for term in record.split()[1:]:
            if modifier := _MODIFIER.fullmatch(term):
                redirect = modifier[2] if modifier[1].lower() == "redirect" else redirect
                continue
            found = _TERM.fullmatch(term)
            if not found:
                self.broken = self.broken or term
                continue
            sign, name = found[1] or "+", found[2].lower()
            if name == "all":
                catch_all = sign + name
            matched = self._matches(name, found[3] or domain, (found[4] or "", found[5] or ""))
            verdict = verdict or (sign if matched else "")
        if redirect and not catch_all:
            return self._follow(redirect, included=included) or verdict == "+"
        if not included:
            self.catch_all = catch_all
        return verdict == "+"

    def _matches(self, name: str, value: str, lengths: tuple[str, str]) -> bool:
        if name == "all":
            return self._ip is not None
        if name in {"ip4", "ip6"}:
            return self._within(value + lengths[0])
        if name == "include":
            return self._follow(value, included=True)
        self.lookups += 1
        if "%" in value or name in {"ptr", "exists"}:
            self.unsure = True  # depends on who asks; nobody should need it for a relay
            return False
        if self._ip is None:
            return False
        hosts = self._look_up(value, "MX") if name == "mx" else (value,)
        kind, length = ("A", lengths[0]) if self._ip.version == 4 else ("AAAA", lengths[1])
        return any(
            self._within(address + length) for host in hosts if host for address in self._look_up(host, kind)
        )

    def _follow(self, domain: str, *, included: bool) -> bool:
        self.lookups += 1
        if "%" in domain or self.lookups > _STOP:
            self.unsure = True
            return False
        texts = self._ask(domain, "TXT")
        records = spf_records(texts)
        if records is None:
            self.unsure = True
            return False
        if len(records) != 1:  # RFC 7208 5.2: an include without exactly one record is an error
            self.broken = self.broken or f"include:{domain}"
            return False
        return self.passes(domain, records[0], included=included)

    def _within(self, network: str) -> bool:
        try:
            known = ip_network(network, strict=False)
        except ValueError:
            self.broken = self.broken or network
            return False
        return self._ip is not None and self._ip in known

    def _look_up(self, name: str, kind: str) -> tuple[str, ...]:
        answer = self._ask(name, kind)
        self.unsure = self.unsure or answer is None
        return answer or ()
