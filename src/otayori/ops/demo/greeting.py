"""Who can sign in to the demo, and the sheet to join with, as lines to print. Asks no database."""

from otayori.ops.demo import cast, sheet
from otayori.roster.sheets import secrets


def sign_ins(base_url: str) -> list[str]:
    """Return what `make demo` prints under its addresses; `base_url` without a slash at its end."""
    people = [(part.email, part.told) for part in cast.STAFF] + [(cast.KIM_EMAIL, cast.KIM_TOLD)]
    lines = [
        f"ログイン / sign in: {base_url}/accounts/login/",
        f"  パスワード（全員同じ）/ everybody's password: {cast.PASSWORD}",
        *(f"  {email:<26}{told}" for email, told in people),
    ]
    kept = sheet.read()
    if kept is not None:
        code = secrets.grouped(kept.code, secrets.CODE_GROUPS)
        password = secrets.grouped(kept.password, secrets.PASSWORD_GROUPS)
        lines += [
            "登録手順書（桜小学校 3年1組 中村 ひなた さん）/ join with a registration sheet:",
            f"  {base_url}/join/{kept.token}",
            f"  パスワード / password: {password}",
            f"  学校ID / school ID: {cast.HINATA.school}  コード / code: {code}",
        ]
    return lines
