"""添付ファイル: taking files in, checking and reading them, and who opened them."""
