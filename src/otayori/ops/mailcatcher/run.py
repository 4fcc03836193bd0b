"""Runs both sides of the mail catcher in one process until it is told to stop."""

import asyncio
import signal
from threading import Thread

import uvloop

from otayori.ops.mailcatcher.smtp import SmtpProtocol
from otayori.ops.mailcatcher.store import Store
from otayori.ops.mailcatcher.web import make_server
from otayori.ops.trouble import Trouble

Address = tuple[str, int]  # host, port


def run(smtp: Address, http: Address) -> None:
    """Serve until SIGINT or SIGTERM. Raises Trouble where a port is taken."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(smtp, http))


async def _serve(smtp: Address, http: Address) -> None:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    store = Store()
    try:
        web = make_server(*http, store)
    except OSError as problem:
        raise _cannot_listen(http) from problem
    try:
        server = await loop.create_server(lambda: SmtpProtocol(store), *smtp, backlog=1024)
    except OSError as problem:
        web.server_close()
        raise _cannot_listen(smtp) from problem
    Thread(target=web.serve_forever, kwargs={"poll_interval": 0.2}, daemon=True).start()
    print(f"SMTP {smtp[0]}:{smtp[1]}  http://{http[0]}:{http[1]}/", flush=True)
    await stop.wait()
    server.close()
    web.shutdown()
    web.server_close()


def _cannot_listen(address: Address) -> Trouble:
    host, port = address
    return Trouble(
        f"{host} のポート {port} を使えません。ほかのプログラムが使っていないか確かめてください。",
        f"Cannot listen on {host}:{port}: is another program using it?",
    )
