"""The performance kit: `make bench`, or `.venv/bin/python -m bench.<part> --help`. Loopback only."""
