"""The printed registration sheet (登録手順書): its secrets, and the PDF that shows them once."""
