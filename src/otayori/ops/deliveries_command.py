"""`otayori deliveries`: how the ledger stands, why a delivery is where it is, another try for what failed.

For the operator, who sees ids, lanes, receiving domains, codes and numbers: never a name, address or text.
"""

import re
from collections.abc import Callable
from datetime import datetime
from functools import partial
from uuid import UUID

from otayori.core import clock
from otayori.delivery.health import troubles
from otayori.delivery.models import Batch, Delivery
from otayori.delivery.overview import OpenBatch, open_batches, untried, untried_of, workers_alive
from otayori.delivery.preferences import is_by_wish
from otayori.delivery.retry import CannotRetry
from otayori.delivery.status import EXPIRED, READ, STOPPED, Status
from otayori.delivery.sweep import give_up_at
from otayori.messaging.retry import Replaced
from otayori.messaging.retry import retry_failed as requeue
from otayori.ops.trouble import Trouble

_CODES = [
    (r"^$", "まだ何も起きていない / nothing happened yet"),
    (f"^{READ}$", "プッシュ通知が読まれた / the push was read"),
    (f"^{EXPIRED}$", "届ける期限を過ぎた / the deadline had passed"),
    (f"^{STOPPED}$", "送信が止められた / the batch was stopped"),
    (r"^blocked$", "保護者が閲覧停止になった / the guardian was blocked"),
    (r"^endpoint ", "保護者が通知先を手放した / the guardian gave the address up"),
    (r"^lease", "担当した worker が終わらなかった / the worker that held it did not finish"),
    (r"^(connect|tls|auth|refused|starttls)", "中継サーバーに届かなかった / the relay was not reached"),
    (r"^(http (404|410)|key changed)", "端末の購読が終わっている / the device's subscription is gone"),
    (r"^http 429|^4\.7|^42", "相手が待つよう求めた / the other side asked for a pause"),
    (r"^http 5|^4\d\d", "相手が一時的に断った / refused for now"),
    (r"^http 4|^5\d\d|^250", "相手の返事 / what the other side answered"),
    (r"unreadable", "鍵が合わず読めない / can't be read with the keys here"),
    (r"^(timeout|no answer|closed|broken)", "返事の前に接続が切れた / the line broke before an answer"),
]

_OVER = {
    "stopped": ("この配信処理は止められています。送り直せません。", "The batch was stopped."),
    "expired": ("届ける期限を過ぎています。送り直せません。", "The deadline has passed."),
    "replaced": (
        "このお知らせは、あとで取り消しか訂正がされています。送り直せません。",
        "The message was recalled or corrected since.",
    ),
}

_LIVES = {
    Status.SENT: "相手に渡した。あとから不達の知らせが来ることはある / handed over; a bounce may still come",
    Status.DELIVERED: "届いた / delivered",
    Status.FAILED: "終わり。通知先が使えるなら retry-failed でもう一度送れる"
    " / final; retry-failed sends it again if the address is in use",
    Status.CANCELLED: "終わり。送らない / final; it is not sent",
}


def status() -> None:
    """Print open batches by lane and channel, workers, and what is wrong with the channels."""
    lines = open_batches()
    under_way = {line.batch_id for line in lines if line.is_open}
    print(f"送信中の配信処理 / open batches: {len(under_way)}")
    for line in lines:
        if line.batch_id in under_way:
            print(f"  {_batch_line(line)}")
    workers = workers_alive()
    print(f"動いている worker / workers alive: {len(workers)}")
    for worker in workers:
        print(f"  {worker.host}  {_moment(worker.started_at)} から / since")
    for trouble in troubles():
        since = f"  {_moment(trouble.since)} から / since" if trouble.since else ""
        print(f"× {trouble.channel or 'worker'}: {trouble.code}{since}")


def _batch_line(line: OpenBatch) -> str:
    counts = "  ".join(
        (
            f"順番待ち / due {line.due:,}",
            f"再試行待ち / retry {line.resting:,}",
            f"送信中 / sending {line.sending:,}",
            f"あとで / later {line.later:,}",
            f"失敗 / failed {line.failed:,}",
        )
    )
    oldest = f"  最古 / oldest due {_moment(line.oldest_due)}" if line.oldest_due else ""
    stopped = "  停止 / stopped" if line.stopped else ""
    return f"{line.batch_id}  {line.lane:9}  {line.channel:7}  {counts}{oldest}{stopped}"


def retry_failed(batch_id: UUID, *, reason: str, prefix: str) -> None:
    """Queue failed deliveries of a batch again. Raises Trouble."""
    if not reason.strip():
        raise Trouble("--reason に理由を書いてください。記録に残ります。", "Give a reason; it is logged.")
    try:
        count = requeue(batch_id, reason=reason, prefix=prefix)
    except Batch.DoesNotExist as missing:
        raise Trouble(f"配信処理 {batch_id} はありません。", "There is no such batch.") from missing
    except CannotRetry as over:
        raise Trouble(*_OVER[over.why]) from over
    except Replaced as over:
        raise Trouble(*_OVER["replaced"]) from over
    print(f"{count:,}件をもう一度送ります / {count:,} deliveries are queued again")


def explain(
    delivery_id: int | None = None, *, batch_id: UUID | None = None, endpoint_id: UUID | None = None
) -> None:
    """Print the life of one delivery in words, and what happens to it next. Raises Trouble."""
    row, has_row = _found(delivery_id, batch_id, endpoint_id)
    for name, value in _facts(row):
        print(f"{name}: {value}")
    print(f"このあと / next: {(_next_step if has_row else _first_step)(row, clock.now())}")


def _found(delivery_id: int | None, batch_id: UUID | None, endpoint_id: UUID | None) -> tuple[Delivery, bool]:
    """Return the delivery, and whether it has its row: until its first try is settled it has none."""
    rows = Delivery.objects.select_related("batch", "endpoint")
    find: Callable[[], Delivery | None]
    if delivery_id is not None:
        row, find = rows.filter(id=delivery_id).first(), partial(untried, delivery_id)
    elif batch_id and endpoint_id:
        row = rows.filter(batch=batch_id, endpoint=endpoint_id).first()
        find = partial(untried_of, batch_id, endpoint_id)
    else:
        raise Trouble(
            "番号か、--batch と --endpoint を書いてください。", "Give an id, or --batch and --endpoint."
        )
    if row is not None:
        return row, True
    if (to_come := find()) is not None:
        return to_come, False
    raise Trouble("その配信はありません。", "There is no such delivery.")


def _facts(row: Delivery) -> list[tuple[str, object]]:
    batch, endpoint = row.batch, row.endpoint
    moments = [
        ("放出 / released", batch.released_at),
        ("期限 / deadline", batch.deadline),
        ("停止 / stopped", batch.stopped_at),
        ("次の時刻 / due", row.due_at if row.status == Status.QUEUED else None),
        ("担当の期限 / leased until", row.leased_until),
        ("渡した時刻 / sent", row.sent_at),
    ]
    return [
        ("配信 / delivery", row.id),
        ("配信処理 / batch", f"{batch.id}（{batch.lane}）"),
        ("経路 / channel", f"{row.channel}  {endpoint.host}"),
        ("状態 / status", row.status),
        ("試行 / attempts", row.attempt),
        ("符号 / code", f"{row.code or '-'}（{_code_in_words(row.code)}）"),
        *((name, _moment(moment)) for name, moment in moments if moment is not None),
        ("通知先 / endpoint", " ".join(filter(None, (str(endpoint.id), endpoint.state, endpoint.code)))),
    ]


def _next_step(row: Delivery, now: datetime) -> str:
    status = Status(row.status)
    if status is Status.SENDING:
        if row.leased_until and row.leased_until > now:
            return "worker が渡している / a worker is handing it over"
        return "担当が戻らない。30秒以内に順番待ちへ戻る / its lease ran out; back in the queue within 30 s"
    return _next_of_queued(row, now) if status is Status.QUEUED else _LIVES[status]


def _first_step(row: Delivery, now: datetime) -> str:
    """What happens next to a delivery that was never tried, or whose first try is not settled."""
    if row.status == Status.SENDING:
        until = _moment(row.leased_until)
        return (
            f"worker が最初の一回を受け持っている。{until} までに戻らなければ別の worker が引き継ぐ"
            f" / held by a worker for its first try; another takes it over at {until}"
        )
    at = _moment(row.due_at)
    if is_by_wish(row.channel, row.due_at):
        later = (
            f"保護者が選んだ時刻（静かな時間・まとめ受け取り）の {at} に送る。それまでに読まれれば送らない"
            f" / goes at {at}, an hour the guardian has chosen, unless read until then"
        )
    else:
        later = f"{at} まで読まれなければメールで送る / goes by mail at {at} unless read until then"
    return _call_off(row, now) or (later if row.due_at > now else _turn_has_come())


def _next_of_queued(row: Delivery, now: datetime) -> str:
    at, end = _moment(row.due_at), _moment(give_up_at(row))
    again = f"{at} にもう一度送る。{end} にあきらめる / tried again at {at}, given up at {end}"
    return _call_off(row, now) or (again if row.due_at > now else _turn_has_come())


def _call_off(row: Delivery, now: datetime) -> str:
    """Why it is not sent although it still waits; empty where nothing is in its way."""
    if row.batch.stopped_at is not None:
        return "停止のため取り消される / cancelled, for the batch was stopped"
    if row.batch.deadline is not None and row.batch.deadline <= now:
        return "期限を過ぎたため取り消される / cancelled, for the deadline has passed"
    return ""


def _turn_has_come() -> str:
    if not workers_alive():
        return "動いている worker がない。otayori worker を起動する / no worker is alive: start one"
    return "空いた worker がすぐに取る / taken as soon as a worker is free"


def _code_in_words(code: str) -> str:
    found = (words for pattern, words in _CODES if re.search(pattern, code))
    return next(found, "その他 / other")


def _moment(at: datetime | None) -> str:
    return f"{at.astimezone(clock.TOKYO):%Y-%m-%d %H:%M:%S}" if at else ""
