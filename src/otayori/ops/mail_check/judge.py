"""Judge what DNS and the relay answered: what Gmail and docomo ask for, what is missing, what to add. Pure.

Gmail asks whoever sends 5,000 mails a day for SPF, DKIM, DMARC, TLS and a confirmed PTR
(support.google.com/a/answer/81126); docomo for SPF, DKIM and DMARC of the From: address, and for an A or MX
of its domain (www.docomo.ne.jp/service/docomo_mail/smtp_notice).
"""

from collections.abc import Iterator

from otayori.ops.mail_check.judge_signing import judge_dkim, judge_dmarc
from otayori.ops.mail_check.records import Answer, Finding, Mark, Question, Records, Spf, Tls
from otayori.ops.mail_check.spf import MOST_LOOKUPS

WELL, LACKING, UNCERTAIN = 0, 1, 2
"""Exit codes: all there · something essential is missing · something could not be told."""


def judge(question: Question, records: Records) -> list[Finding]:
    """One finding for each thing looked at, in the order in which an operator would mend them."""
    found = [_judge_hosts(question.domain, records.mail_hosts, records.addresses)]
    found += _judge_spf(question.domain, question.relay_ip, records.spf)
    found += judge_dkim(question, records.dkim)
    found += judge_dmarc(question, records.dmarc_at, records.dmarc)
    found += [_judge_ptr(question.relay_ip, records), _judge_tls(records.relay_tls)]
    if question.bounce_domain and records.bounce_spf:
        found.append(_judge_bounces(question.bounce_domain, records.bounce_hosts))
        if question.bounce_domain != question.domain:
            found += _judge_spf(question.bounce_domain, question.relay_ip, records.bounce_spf)
    return found


def exit_code(findings: list[Finding]) -> int:
    """What is missing weighs more than what could not be told; neither is ever WELL."""
    marks = {finding.mark for finding in findings}
    if Mark.MISSING in marks:
        return LACKING
    return UNCERTAIN if Mark.UNKNOWN in marks else WELL


def _judge_hosts(domain: str, hosts: Answer, addresses: Answer) -> Finding:
    what = "MX / A"
    if hosts == ("",):
        return Finding(
            Mark.MISSING,
            what,
            f"{domain} は「メールを受け取らない」と宣言しています。docomo などは差出人として認めません。",
            "the domain declares that it takes no mail (null MX): name a host that does",
            f"{domain}. MX 10 mail.{domain}.",
        )
    if hosts:
        return Finding(Mark.GOOD, what, hosts[0], "")
    if hosts is None or addresses is None:
        return _dns_away(what)
    if addresses:
        return Finding(Mark.GOOD, what, addresses[0], "")
    return Finding(
        Mark.MISSING,
        what,
        f"{domain} に MX も A もありません。docomo などは差出人として認めません。",
        "the sender's domain has neither: docomo asks for one of them",
        f"{domain}. MX 10 mail.{domain}.",
    )


def _judge_spf(domain: str, relay_ip: str, spf: Spf) -> Iterator[Finding]:
    what = f"SPF {domain}"
    if spf.records is None:
        yield _dns_away(what)
    elif len(spf.records) != 1:
        yield _spf_count(what, domain, relay_ip, spf.records)
    else:
        yield _spf_form(what, spf)
        yield _spf_cover(what, domain, relay_ip, spf)


def _spf_count(what: str, domain: str, relay_ip: str, records: tuple[str, ...]) -> Finding:
    wanted = f'{domain}. TXT "v=spf1 ip{_version(relay_ip)}:{relay_ip or "<relay>"} -all"'
    if not records:
        return Finding(
            Mark.MISSING,
            what,
            "記録がありません。中継サーバーの IP アドレスを書いて加えてください。",
            "no record: add one that names the relay's address",
            wanted,
        )
    return Finding(
        Mark.MISSING,
        what,
        f"{len(records)} 個あります。受け取る側はどれも使いません。1つにまとめてください。",
        "more than one record, so receivers use none: merge them",
    )


def _spf_form(what: str, spf: Spf) -> Finding:
    if spf.broken:
        return Finding(
            Mark.MISSING,
            what,
            f"「{spf.broken}」を読めません。受け取る側は SPF 全体を無効とします。直すか消してください。",
            "a part cannot be read, which voids the whole record: mend or remove it",
        )
    if spf.lookups > MOST_LOOKUPS:
        return Finding(
            Mark.MISSING,
            what,
            f"DNS を {spf.lookups} 回引きます（{MOST_LOOKUPS} 回まで）。include を減らしてください。",
            f"more than {MOST_LOOKUPS} look-ups void it: use fewer includes, name addresses with ip4:",
        )
    if spf.catch_all == "+all":
        return Finding(
            Mark.MISSING,
            what,
            "「+all」は誰にでも差出人を名乗らせます。「-all」か「~all」にしてください。",
            "+all lets anybody send in your name: end with -all or ~all",
        )
    if spf.catch_all not in {"-all", "~all"}:
        return Finding(
            Mark.ADVICE,
            what,
            "最後が「-all」でも「~all」でもありません。なりすましを見分けられません。",
            "does not end with -all or ~all: forgeries cannot be told",
        )
    return Finding(Mark.GOOD, what, f"{spf.catch_all}、DNS を引く回数 {spf.lookups}", "")


def _spf_cover(what: str, domain: str, relay_ip: str, spf: Spf) -> Finding:
    what = f"{what} ({relay_ip or '?'})"
    if not relay_ip:
        return _no_relay_ip(what)
    if spf.covers:
        return Finding(Mark.GOOD, what, "中継サーバーを含みます", "")
    if spf.covers is None:
        return Finding(
            Mark.UNKNOWN,
            what,
            "中継サーバーを含むかどうか、DNS の答えだけではわかりません。",
            "DNS did not tell whether it covers the relay",
        )
    records = spf.records or ("v=spf1 -all",)
    return Finding(
        Mark.MISSING,
        what,
        "中継サーバーが含まれていません。加えてください。",
        "does not cover the relay: add its address",
        f'{domain}. TXT "v=spf1 ip{_version(relay_ip)}:{relay_ip}{records[0][len("v=spf1") :]}"',
    )


def _judge_ptr(relay_ip: str, records: Records) -> Finding:
    what = f"PTR {relay_ip}".strip()
    if not relay_ip:
        return _no_relay_ip(what)
    if records.relay_names is None or records.confirmed_names is None:
        return _dns_away(what)
    if records.confirmed_names:
        return Finding(Mark.GOOD, what, records.confirmed_names[0], "")
    if records.relay_names:
        name = records.relay_names[0]
        return Finding(
            Mark.MISSING,
            what,
            f"{name} を指しますが、その名前はこのアドレスに戻りません。Gmail は受け取りません。",
            "its name does not lead back to it: Gmail refuses",
            f"{name}. {'AAAA' if ':' in relay_ip else 'A'} {relay_ip}",
        )
    return Finding(
        Mark.MISSING,
        what,
        "逆引きがありません。Gmail は受け取りません。回線の事業者に設定を頼んでください。",
        "no reverse name: Gmail refuses. The provider of the line sets it",
    )


def _judge_tls(tls: Tls) -> Finding:
    what = "TLS"
    match tls:
        case Tls.OFFERED:
            return Finding(Mark.GOOD, what, "中継サーバーは TLS を使えます", "")
        case Tls.LOCAL:
            return Finding(Mark.GOOD, what, "中継サーバーはこの機械の中にあります", "")
        case Tls.MISSING:
            return Finding(
                Mark.MISSING,
                what,
                "中継サーバーが STARTTLS に応じません。お知らせが暗号化されずに流れます。",
                "the relay does not offer STARTTLS: notices travel in clear",
            )
        case Tls.AWAY:
            return Finding(
                Mark.UNKNOWN,
                what,
                "中継サーバーが答えません。otayori check で確かめてください。",
                "the relay does not answer: see otayori check",
            )


def _judge_bounces(domain: str, hosts: Answer) -> Finding:
    what = f"OTAYORI_BOUNCE_ADDRESS ({domain})"
    if hosts is None:
        return _dns_away(what)
    if hosts and hosts != ("",):
        return Finding(Mark.GOOD, what, hosts[0], "")
    return Finding(
        Mark.MISSING,
        what,
        "このドメインはメールを受け取れません。届かなかった知らせが戻ってきません。",
        "no host takes mail there: bounces are lost",
        f"{domain}. MX 10 mail.{domain}.",
    )


def _dns_away(what: str) -> Finding:
    return Finding(
        Mark.UNKNOWN, what, "DNS が答えません。後でもう一度確かめてください。", "DNS did not answer"
    )


def _no_relay_ip(what: str) -> Finding:
    return Finding(
        Mark.UNKNOWN,
        what,
        "中継サーバーが外へ送るときの IP アドレスを --relay-ip で指定してください。",
        "give the address from which the relay sends: --relay-ip",
    )


def _version(ip: str) -> int:
    return 6 if ":" in ip else 4
