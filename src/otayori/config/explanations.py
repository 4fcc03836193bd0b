"""What each OTAYORI_* setting is for, in words for the operator."""

from typing import NamedTuple


class Explanation(NamedTuple):
    """`expected` completes "the value is wrong:"; `purpose` completes "please set ..."."""

    purpose: str
    expected: str
    example: str


EXPLANATIONS = {
    "profile": Explanation(
        "動かし方", "production、demo、test のどれかにしてください", "OTAYORI_PROFILE=production"
    ),
    "secret_key": Explanation(
        "署名に使う、推測されない50文字以上の文字列",
        "文字列にしてください",
        "python3 -c 'import secrets; print(secrets.token_urlsafe(48))' の出力",
    ),
    "database_url": Explanation(
        "PostgreSQL のアドレス",
        "URL にしてください",
        "OTAYORI_DATABASE_URL=postgresql://otayori:パスワード@db.example:5432/otayori?sslmode=require",
    ),
    "smtp_url": Explanation(
        "メールを渡す中継サーバー",
        "URL にしてください",
        "OTAYORI_SMTP_URL=smtp://relay.example:587?starttls=required",
    ),
    "mail_from": Explanation(
        "差出人のメールアドレス",
        "メールアドレスにしてください",
        "OTAYORI_MAIL_FROM='○○区教育委員会 <otayori@city.example>'",
    ),
    "bounce_address": Explanation(
        "届かなかったメールが返ってくるアドレス",
        "メールアドレスにしてください",
        "OTAYORI_BOUNCE_ADDRESS=bounce@otayori.city.example",
    ),
    "bounce_mailbox": Explanation(
        "返ってきたメールを読む場所",
        "URL にしてください",
        "OTAYORI_BOUNCE_MAILBOX=imaps://ユーザー名:パスワード@mail.example/INBOX",
    ),
    "base_url": Explanation(
        "保護者と職員が開くアドレス", "URL にしてください", "OTAYORI_BASE_URL=https://otayori.city.example"
    ),
    "master_key_file": Explanation(
        "個人情報を暗号化する親鍵のファイル",
        "ファイルの場所にしてください",
        "OTAYORI_MASTER_KEY_FILE=/etc/otayori/master.key",
    ),
    "vapid_key_file": Explanation(
        "プッシュ通知に署名する鍵（PEM）のファイル",
        "ファイルの場所にしてください",
        "OTAYORI_VAPID_KEY_FILE=/etc/otayori/vapid.pem",
    ),
    "vapid_subject": Explanation(
        "プッシュ事業者が問い合わせる連絡先",
        "文字列にしてください",
        "OTAYORI_VAPID_SUBJECT=mailto:otayori@city.example",
    ),
    "dkim_key_file": Explanation(
        "メールに署名する鍵（RSA 2048ビットか Ed25519、PEM）のファイル",
        "ファイルの場所にしてください",
        "OTAYORI_DKIM_KEY_FILE=/etc/otayori/dkim.pem",
    ),
    "dkim_selector": Explanation(
        "署名の公開鍵が DNS のどこにあるかを示す名前（セレクター）",
        "文字列にしてください",
        "OTAYORI_DKIM_SELECTOR=otayori1",
    ),
    "clamd_url": Explanation(
        "添付ファイルのウイルス検査（ClamAV の clamd）の場所、検査しないと決めたときは none",
        "URL か none にしてください",
        "OTAYORI_CLAMD_URL=unix:///run/clamav/clamd.ctl",
    ),
    "allowed_hosts": Explanation(
        "応答してよいサーバーの名前",
        "名前を「,」で区切ってください",
        "OTAYORI_ALLOWED_HOSTS=otayori.city.example",
    ),
    "push_hosts": Explanation(
        "通知を渡してよいプッシュ事業者のサーバー",
        "名前を「,」で区切ってください",
        "OTAYORI_PUSH_HOSTS=fcm.googleapis.com,.push.apple.com",
    ),
    "data_dir": Explanation(
        "添付ファイルなどを置くフォルダー",
        "フォルダーの場所にしてください",
        "OTAYORI_DATA_DIR=/var/lib/otayori",
    ),
    "staff_mfa": Explanation(
        "職員の二段階認証", "required か optional にしてください", "OTAYORI_STAFF_MFA=required"
    ),
    "trusted_proxy": Explanation(
        "手前に置いた自分たちのプロキシーの数", "0 から 9 の数字にしてください", "OTAYORI_TRUSTED_PROXY=1"
    ),
    "port": Explanation("待ち受けるポート", "1 から 65535 の数字にしてください", "OTAYORI_PORT=8000"),
}
