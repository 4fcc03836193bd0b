"""Judge the DKIM key and the DMARC record of a sending domain. Pure."""

import base64
import binascii
from collections.abc import Iterator

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from otayori.ops.mail_check.records import Answer, Finding, Mark, Question

_WEAK, _GOOD = 1024, 2048  # bits; Gmail refuses below the first and advises the second
_LONGEST_STRING = 255  # octets of one string of a TXT record, RFC 1035 3.3
_AWAY = ("DNS が答えません。後でもう一度確かめてください。", "DNS did not answer")


def judge_dkim(question: Question, texts: Answer) -> Iterator[Finding]:
    """The public key at the selector: there, strong enough, and ours if we sign."""
    place = f"{question.selector}._domainkey.{question.domain}"
    what = f"DKIM {place}" if question.selector else "DKIM"
    wanted = _txt(place, question.our_key) if question.our_key else ""
    if not question.selector:
        yield Finding(
            Mark.UNKNOWN,
            what,
            "署名の鍵の名前（セレクター）がわかりません。--selector で指定してください。",
            "which key signs? Give --selector, or set OTAYORI_DKIM_SELECTOR",
        )
    elif texts is None:
        yield Finding(Mark.UNKNOWN, what, *_AWAY)
    elif len(texts) != 1:
        yield Finding(
            Mark.MISSING,
            what,
            "公開鍵がありません。加えてください。"
            if not texts
            else "記録が2つ以上あります。1つにしてください。",
            "no public key: add it (who runs the signing relay knows it)"
            if not texts
            else "more than one record",
            wanted,
        )
    else:
        yield _judge_key(what, _tags(texts[0]), wanted)
        if question.our_key and _key(texts[0]) != _key(question.our_key):
            yield Finding(
                Mark.MISSING,
                what,
                "OTAYORI_DKIM_KEY_FILE の鍵と違います。このままでは署名がすべて無効になります。",
                "is not the key we sign with: every signature fails",
                wanted,
            )


def _judge_key(what: str, tags: dict[str, str], wanted: str) -> Finding:
    kind = tags.get("k", "rsa")
    if kind == "ed25519":
        return Finding(
            Mark.ADVICE,
            what,
            "Ed25519 の署名は、確かめない事業者が少なくありません。RSA 2048ビットをお勧めします。",
            "many receivers do not verify Ed25519: RSA 2048 is safer",
        )
    bits = _rsa_bits(tags.get("p", "")) if kind == "rsa" else 0
    if bits >= _GOOD:
        return Finding(Mark.GOOD, what, f"RSA {bits}", "")
    if bits >= _WEAK:
        return Finding(
            Mark.ADVICE,
            what,
            f"鍵が短くなっています（RSA {bits}ビット）。2048ビットに替えてください。",
            f"RSA {bits} is short: change to 2048 bits",
            wanted,
        )
    return Finding(
        Mark.MISSING,
        what,
        "使える公開鍵ではありません（取り消されたか、読めないか、短すぎます）。",
        "no usable public key: revoked, unreadable or too short",
        wanted,
    )


def _rsa_bits(encoded: str) -> int:
    """The length of a public key of DKIM, or 0 if it is none."""
    try:
        key = load_der_public_key(base64.b64decode(encoded, validate=True))
    except (ValueError, binascii.Error, UnsupportedAlgorithm):
        return 0
    return key.key_size if isinstance(key, rsa.RSAPublicKey) else 0


def judge_dmarc(question: Question, found_at: str, records: Answer) -> Iterator[Finding]:
    """The policy: there once, with a valid `p`, reports asked for, and our envelope sender aligned."""
    what = f"DMARC _dmarc.{found_at}"
    simplest = f"v=DMARC1; p=none; rua=mailto:postmaster@{question.domain}"
    if records is None:
        yield Finding(Mark.UNKNOWN, what, *_AWAY)
        return
    if len(records) != 1:
        yield Finding(
            Mark.MISSING,
            what,
            "記録がありません。加えてください。"
            if not records
            else "記録が2つ以上あります。1つにしてください。",
            "no record: add one" if not records else "more than one record, so receivers use none",
            _txt(f"_dmarc.{found_at}", simplest),
        )
        return
    tags = _tags(records[0])
    own = found_at == question.domain
    policy = (tags.get("p", "") if own else tags.get("sp", tags.get("p", ""))).lower()
    if policy not in {"none", "quarantine", "reject"}:
        yield Finding(
            Mark.MISSING,
            what,
            "p= が none、quarantine、reject のどれでもありません。",
            "p= must be none, quarantine or reject",
            _txt(f"_dmarc.{found_at}", simplest),
        )
        return
    yield Finding(Mark.GOOD, what, f"p={policy}", "")
    if "mailto:" not in tags.get("rua", ""):
        yield _no_reports(what, question, found_at, records[0])
    if question.bounce_domain and not _aligned(question, strict=tags.get("aspf", "r").lower() == "s"):
        yield Finding(
            Mark.ADVICE,
            what,
            f"戻り先の {question.bounce_domain} が差出人と揃いません。DMARC は DKIM だけが頼りです。",
            "the envelope sender is not aligned with From: only DKIM can pass DMARC",
        )


def _no_reports(what: str, question: Question, found_at: str, record: str) -> Finding:
    reporting = f"{record.rstrip('; ')}; rua=mailto:postmaster@{question.domain}"
    return Finding(
        Mark.ADVICE,
        what,
        "rua= がありません。どこで拒まれているかの報告を受け取れるようにしてください。",
        "no rua=: ask for the reports that tell where mail fails",
        _txt(f"_dmarc.{found_at}", reporting),
    )


def _aligned(question: Question, *, strict: bool) -> bool:
    # Relaxed alignment means one organisation; a domain and one below it are, and no list is needed to tell.
    ours, theirs = question.domain, question.bounce_domain
    return ours == theirs or (not strict and (theirs.endswith(f".{ours}") or ours.endswith(f".{theirs}")))


def _tags(record: str) -> dict[str, str]:
    """The `name=value` pairs of a record, without any white space in a value."""
    pairs = (pair.partition("=") for pair in record.split(";"))
    return {name.strip().lower(): "".join(value.split()) for name, equals, value in pairs if equals}


def _key(record: str) -> str:
    return _tags(record).get("p", "")


def _txt(name: str, value: str) -> str:
    """The record as a zone file has it; long values in several strings."""
    strings = [value[at : at + _LONGEST_STRING] for at in range(0, len(value), _LONGEST_STRING)]
    return f"{name}. TXT " + " ".join(f'"{string}"' for string in strings)
