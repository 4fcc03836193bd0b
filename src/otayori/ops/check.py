"""Tells the operator whether the servers that the settings name can be reached. One line each."""

import logging
import smtplib
import ssl
from collections.abc import Callable

from django.conf import settings
from django.core.mail.backends.smtp import EmailBackend
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import OperationalError

from otayori.messaging.attachments.inspection import inspect
from otayori.messaging.attachments.scanner import is_there

_DOT = bytes.fromhex(  # a picture of one dot
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c49444154789c63f8ffff3f0005fe02fe0def46b80000000049454e44ae426082"
)


def check(write: Callable[[str], None]) -> bool:
    """Check all, write a line for each, and return whether all is well. The settings are read already."""
    write("○ 設定は正しく書かれています / settings are right")
    database = _say(write, _database_problem(), "データベース / database")
    tables = database and _say(write, _tables_problem(), "データベースの形 / tables")
    mail = _say(write, _mail_problem(), "メールサーバー / mail server")
    scanner = _say(write, _scanner_problem(), _scanner_name())
    reader = _say(write, _reader_problem(), "添付ファイルの読み取り / reading attachments")
    return database and tables and mail and scanner and reader


def _say(write: Callable[[str], None], problem: str, what: str) -> bool:
    write(f"× {what}: {problem}" if problem else f"○ {what}")
    return not problem


def _database_problem() -> str:
    logging.getLogger("psycopg.pool").setLevel(logging.CRITICAL)  # it repeats each failed try
    try:
        connection.ensure_connection()
    except OperationalError as error:
        return (
            f"{settings.DATABASES['default']['HOST']} につながりません。動いているか、OTAYORI_DATABASE_URL が"
            f"正しいか確かめてください。\n    {str(error).strip()}"
        )
    return ""


def _tables_problem() -> str:
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return f"{len(missing)} 件の更新が残っています。otayori migrate を実行してください。" if missing else ""


def _scanner_name() -> str:
    if settings.OTAYORI_CLAMD is None:
        return "ウイルス検査はしません（OTAYORI_CLAMD_URL=none）/ attachments are not scanned for malware"
    return "ウイルス検査 / malware scanner"


def _scanner_problem() -> str:
    if settings.OTAYORI_CLAMD is None or is_there(settings.OTAYORI_CLAMD):
        return ""
    return "clamd が答えません。動いているか、OTAYORI_CLAMD_URL が正しいか確かめてください。"


def _reader_problem() -> str:
    """The reader is locked in (attachments/reader): on an unusual system so may be its libraries."""
    if inspect("png", _DOT).refusal:
        return "この機械では、添付ファイルを読み取る処理が動きません。"
    return ""


def _mail_problem() -> str:
    relay = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    mailer = EmailBackend(timeout=5)
    try:
        mailer.open()
        mailer.close()
    except smtplib.SMTPAuthenticationError:
        return f"{relay} がユーザー名かパスワードを受け付けません。OTAYORI_SMTP_URL を確かめてください。"
    except ssl.SSLError as error:
        return f"{relay} の証明書を確かめられません（{error.reason}）。"
    except (OSError, smtplib.SMTPException) as error:
        return (
            f"{relay} につながりません（{type(error).__name__}）。動いているか、OTAYORI_SMTP_URL が正しいか"
            "確かめてください。"
        )
    return ""
