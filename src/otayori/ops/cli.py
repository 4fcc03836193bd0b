"""The command line, `otayori`: every part of the product is started, checked and fed from here."""

import argparse
import os
import sys
from collections.abc import Sequence
from uuid import UUID

from otayori.ops.trouble import Trouble

# Each command imports what it needs when it runs: `otayori --help` is immediate.


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command of `arguments` (default: of the process); returns the exit code."""
    options = _parser().parse_args(arguments)
    try:
        code: int | None = options.run(options)
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return code or 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="otayori", description="学校からのお知らせを、すべての保護者へ。")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, help_text, run in (
        ("demo", "見本の区を作り、すべてを動かす / run everything with a demo ward", _demo),
        ("migrate", "データベースを新しい形にする / bring the database up to date", _migrate),
        ("check", "設定、データベース、メールサーバーを確かめる / check settings and servers", _check),
    ):
        commands.add_parser(name, help=help_text).set_defaults(run=run)
    _add_web(commands)
    _add_worker(commands)
    _add_mailcatcher(commands)
    _add_roster(commands)
    _add_mail(commands)
    _add_bounces(commands)
    _add_deliveries(commands)
    return parser


def _add_web(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    web = commands.add_parser("web", help="画面を出す / serve the pages")
    web.add_argument("--host", default="127.0.0.1", help="待ち受けるアドレス / address (%(default)s)")
    web.add_argument("--port", type=int, help="待ち受けるポート / port (OTAYORI_PORT, 8000)")
    web.add_argument("--processes", type=int, help="プロセスの数 / processes (one a core, up to 4)")
    web.set_defaults(run=_web)


def _add_worker(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    worker = commands.add_parser("worker", help="配信する / deliver what is due")
    worker.add_argument("--processes", type=int, default=1, help="プロセスの数 / processes (%(default)s)")
    worker.set_defaults(run=_worker)


def _add_mailcatcher(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    catcher = commands.add_parser("mailcatcher", help="メールを受け取って見せる / catch and show mail")
    catcher.add_argument("--smtp", type=_address, default=("127.0.0.1", 1025), metavar="HOST:PORT")
    catcher.add_argument("--http", type=_address, default=("127.0.0.1", 8025), metavar="HOST:PORT")
    catcher.set_defaults(run=_mailcatcher)


def _add_roster(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    roster = commands.add_parser("roster", help="名簿 / the roster")
    verbs = roster.add_subparsers(required=True, metavar="VERB")
    importing = verbs.add_parser("import", help="名簿の CSV を取り込む / import a roster file")
    importing.add_argument("file", metavar="FILE")
    importing.add_argument("--apply", action="store_true", help="反映する / apply, not only show")
    importing.add_argument("--school", metavar="NUMBER", help="学校ID / the file is of one school")
    importing.add_argument(
        "--allow-many-gone", action="store_true", help="多くの人が消えても反映する / even if many vanish"
    )
    importing.set_defaults(run=_roster_import)


def _add_mail(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    mail = commands.add_parser("mail", help="メール / mail")
    verbs = mail.add_subparsers(required=True, metavar="VERB")
    checking = verbs.add_parser(
        "check", help="Gmail や docomo に届く設定か DNS に確かめる / what DNS lacks for Gmail and docomo"
    )
    checking.add_argument("domain", metavar="DOMAIN", nargs="?", default="", help="(OTAYORI_MAIL_FROM)")
    checking.add_argument("--selector", default="", help="DKIM の鍵の名前 / DKIM key (OTAYORI_DKIM_SELECTOR)")
    checking.add_argument(
        "--relay-ip", default="", metavar="IP", help="中継サーバーが外へ送るアドレス / it sends from"
    )
    checking.add_argument("--nameserver", type=_address, metavar="HOST:PORT", help="尋ねる DNS / DNS to ask")
    checking.set_defaults(run=_mail_check)


def _add_bounces(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    bounces = commands.add_parser("bounces", help="届かずに返ってきたメール / mail that came back")
    verbs = bounces.add_subparsers(required=True, metavar="VERB")
    receiving = verbs.add_parser("receive", help="標準入力の1通を受け取る / take one mail from stdin")
    receiving.add_argument("--recipient", default="", metavar="ADDRESS", help="届いた宛先 / where it came to")
    receiving.set_defaults(run=_bounces_receive)
    reading = verbs.add_parser("read", help="メールボックスを一度読む / empty the mailbox once")
    reading.set_defaults(run=_bounces_read)


def _add_deliveries(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    deliveries = commands.add_parser("deliveries", help="配信の状態を見る、送り直す / deliveries and retries")
    verbs = deliveries.add_subparsers(required=True, metavar="VERB")
    verbs.add_parser("status", help="いまの状態 / what is under way").set_defaults(run=_deliveries_status)
    retry = verbs.add_parser("retry-failed", help="失敗した分を送り直す / try what failed once more")
    retry.add_argument("batch", type=UUID, metavar="BATCH")
    retry.add_argument("--reason", required=True, help="理由。記録に残る / why; it is logged")
    retry.add_argument("--code", default="", metavar="PREFIX", help="この符号の分だけ / codes that begin so")
    retry.set_defaults(run=_deliveries_retry)
    explain = verbs.add_parser("explain", help="1件のいきさつ / the life of one delivery")
    explain.add_argument("delivery", type=int, nargs="?", metavar="DELIVERY_ID")
    explain.add_argument("--batch", type=UUID)
    explain.add_argument("--endpoint", type=UUID)
    explain.set_defaults(run=_deliveries_explain)


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit():
        raise argparse.ArgumentTypeError("HOST:PORT")
    return host.strip("[]"), int(port)


def load_django() -> None:
    """Read the settings and load the apps. Raises Trouble that names every wrong setting."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "otayori.config.settings")
    import django
    from django.conf import settings

    try:
        settings.configured or settings.SECRET_KEY  # noqa: B018 - reading one reads all
    except ValueError as wrong:  # config.environment.WrongSettings, which stands above us
        raise Trouble(str(wrong), "Wrong settings: set the variables above.") from wrong
    django.setup()


def _demo(options: argparse.Namespace) -> None:
    from otayori.ops.demo_start import run

    run()


def _web(options: argparse.Namespace) -> None:
    load_django()
    from otayori.ops.serve import serve

    serve(options.host, options.port, processes=options.processes)


def _worker(options: argparse.Namespace) -> None:
    load_django()
    from otayori.ops.work import work

    work(options.processes)


def _migrate(options: argparse.Namespace) -> None:
    load_django()
    from otayori.ops.migrate import migrate

    migrate(verbosity=1)


def _check(options: argparse.Namespace) -> int:
    load_django()
    from otayori.ops.check import check

    return 0 if check(print) else 1


def _mailcatcher(options: argparse.Namespace) -> None:
    from otayori.ops.mailcatcher.run import run

    run(options.smtp, options.http)


def _roster_import(options: argparse.Namespace) -> int:
    load_django()
    from pathlib import Path

    from otayori.ops.roster_command import import_file

    return import_file(
        Path(options.file),
        apply=options.apply,
        school=options.school,
        allow_many_gone=options.allow_many_gone,
    )


def _mail_check(options: argparse.Namespace) -> int:
    load_django()
    from otayori.ops.mail_check.command import check

    return check(
        print,
        domain=options.domain,
        selector=options.selector,
        relay_ip=options.relay_ip,
        nameserver=options.nameserver,
    )


def _bounces_receive(options: argparse.Namespace) -> int:
    try:
        load_django()
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return os.EX_TEMPFAIL  # the relay keeps the mail until the settings are right
    from otayori.ops.bounces_command import receive

    return receive(options.recipient)


def _bounces_read(options: argparse.Namespace) -> int:
    load_django()
    from otayori.ops.bounces_command import read

    return read()


def _deliveries_status(options: argparse.Namespace) -> None:
    load_django()
    from otayori.ops.deliveries_command import status

    status()


def _deliveries_retry(options: argparse.Namespace) -> None:
    load_django()
    from otayori.ops.deliveries_command import retry_failed

    retry_failed(options.batch, reason=options.reason, prefix=options.code)


def _deliveries_explain(options: argparse.Namespace) -> None:
    load_django()
    from otayori.ops.deliveries_command import explain

    explain(options.delivery, batch_id=options.batch, endpoint_id=options.endpoint)


if __name__ == "__main__":
    sys.exit(main())
