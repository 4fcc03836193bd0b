"""The least a request costs: a WSGI application that says hello, served with the product's own settings."""

import argparse
from collections.abc import Callable, Iterable

from otayori.ops.serve import serve

HELLO = b'{"done": []}'


def application(
    _environ: dict[str, object], start_response: Callable[[str, list[tuple[str, str]]], object]
) -> Iterable[bytes]:
    """Answer without looking."""
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(HELLO)))])
    return [HELLO]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    serve("127.0.0.1", parser.parse_args().port, processes=None, application="bench.hello:application")


if __name__ == "__main__":
    main()
