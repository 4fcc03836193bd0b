"""The settings an operator gives in OTAYORI_* environment variables: read and checked together. No Django.

Every wrong setting is named in one go, so that nobody has to start the product ten times to get ten
settings right. Values are never repeated in a message: several are secrets.
"""

import difflib
import errno
import re
from collections.abc import Mapping
from email.utils import parseaddr
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from otayori.config import addresses
from otayori.config.addresses import DatabaseAddress, SmtpAddress, is_loopback
from otayori.config.explanations import EXPLANATIONS
from otayori.delivery.bounces.place import read_place
from otayori.delivery.bounces.verp import LONGEST_NAME
from otayori.delivery.channels.webpush.subscription import KNOWN_PUSH_HOSTS

PREFIX = "OTAYORI_"
SECRET_KEY_LENGTH = 50

_UNREADABLE = {
    errno.ENOENT: "ファイルがありません",
    errno.EACCES: "ファイルを読む権限がありません",
    errno.EISDIR: "ファイルではなくフォルダーです",
}
_HOST = re.compile(r"\.?[a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[?[0-9a-f:]+\]?")
_LOOPBACK_ORIGIN = re.compile(
    r"https?://(127\.0\.0\.1|localhost|\[::1\])(:[0-9]{1,5})?"
)  # a push service of tests and of the bench
_SELECTOR = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*", re.I)
_ADDRESS = re.compile(r"[^@\s<>]+@[^@\s<>]+")
_PLAIN_ADDRESS = re.compile(r"([a-z0-9]+(?:[._-][a-z0-9]+)*)@[a-z0-9-]+(\.[a-z0-9-]+)*")


class WrongSettings(ValueError):
    """One or more settings are wrong. The text has one Japanese sentence a line, one line a setting."""


def _split_list(value: object) -> object:
    return (
        tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value
    )


def _readable_file(path: Path) -> Path:
    try:
        with path.open("rb"):
            return path.resolve()
    except OSError as problem:
        raise ValueError(_UNREADABLE.get(problem.errno or 0, "ファイルを開けません")) from None


Names = Annotated[tuple[str, ...], BeforeValidator(_split_list)]


class Environment(BaseModel):
    """Settings of one installation. Optional fields are None in the test profile alone."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, validate_default=False)

    profile: Literal["production", "demo", "test"] = "production"  # first: the others' rules depend on it
    secret_key: str = Field(repr=False)
    database_url: str = Field(repr=False)
    smtp_url: str = Field(repr=False)
    mail_from: str  # "addr-spec" or "name <addr-spec>"
    bounce_address: str = ""  # addr-spec; "" sends with mail_from as return path and reads no bounces
    bounce_mailbox: str = Field(default="", repr=False)  # see delivery/bounces/place.py; "" reads none
    base_url: str  # no slash at the end
    master_key_file: Path | None
    vapid_key_file: Path | None
    vapid_subject: str = ""  # mailto: or https:
    dkim_key_file: Path | None = None  # None: mails leave unsigned, the relay may sign them
    dkim_selector: str = Field(default="", validate_default=True)  # may stand alone: the relay's
    clamd_url: str  # "none": the ward has chosen to send files on that no scanner has seen
    allowed_hosts: Names = ()  # in the form of Django's ALLOWED_HOSTS
    push_hosts: Names = KNOWN_PUSH_HOSTS
    data_dir: Path = Path()
    staff_mfa: Literal["required", "optional"] = "required"
    trusted_proxy: int = Field(default=0, ge=0, le=9)  # how many proxies of ours stand in front
    port: int = Field(default=8000, ge=1, le=65535)  # where `otayori web` listens

    @property
    def database(self) -> DatabaseAddress:
        """The database, taken apart."""
        return addresses.read_database(self.database_url)

    @property
    def smtp(self) -> SmtpAddress:
        """The mail relay, taken apart."""
        return addresses.read_smtp(self.smtp_url)

    @property
    def clamd(self) -> tuple[str, int] | str | None:
        """Where the malware scanner listens: host and port, or a socket's path; None: nowhere."""
        return addresses.read_scanner(self.clamd_url)

    @property
    def mail_address(self) -> str:
        """`mail_from` without its display name."""
        return parseaddr(self.mail_from)[1]

    @field_validator("secret_key")
    @classmethod
    def _long_enough(cls, key: str, info: ValidationInfo) -> str:
        if info.data.get("profile", "production") == "production" and len(key) < SECRET_KEY_LENGTH:
            raise ValueError(f"{SECRET_KEY_LENGTH}文字以上にしてください（今は{len(key)}文字）")
        return key

    @field_validator("database_url")
    @classmethod
    def _a_database(cls, url: str) -> str:
        addresses.read_database(url)
        return url

    @field_validator("smtp_url")
    @classmethod
    def _a_relay(cls, url: str) -> str:
        addresses.read_smtp(url)
        return url

    @field_validator("mail_from")
    @classmethod
    def _an_address(cls, text: str) -> str:
        if not _ADDRESS.fullmatch(parseaddr(text)[1]):
            raise ValueError("メールアドレスの形になっていません")
        return text

    @field_validator("bounce_address")
    @classmethod
    def _a_return_path(cls, address: str) -> str:
        found = _PLAIN_ADDRESS.fullmatch(address := address.lower())
        if not found or len(found[1]) > LONGEST_NAME:
            raise ValueError(f"英数字だけのメールアドレスにしてください（@ の前は{LONGEST_NAME}文字まで）")
        return address

    @field_validator("bounce_mailbox")
    @classmethod
    def _a_mailbox(cls, url: str) -> str:
        read_place(url)
        return url

    @field_validator("clamd_url")
    @classmethod
    def _a_scanner(cls, url: str) -> str:
        addresses.read_scanner(url)
        return url

    @field_validator("base_url")
    @classmethod
    def _an_origin(cls, url: str, info: ValidationInfo) -> str:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("https:// で始まるアドレスにしてください")
        if parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc:
            raise ValueError("サーバーの名前（とポート）までにしてください")
        insecure = parts.scheme == "http" and not is_loopback(parts.hostname)
        if insecure and info.data.get("profile", "production") == "production":
            raise ValueError("https:// にしてください（http:// はこの機械の中だけで使えます）")
        return url.rstrip("/")

    @field_validator("master_key_file", "vapid_key_file")
    @classmethod
    def _readable(cls, path: Path | None) -> Path | None:
        return path and _readable_file(path)

    @field_validator("dkim_key_file")
    @classmethod
    def _a_signing_key(cls, path: Path | None) -> Path | None:
        if path:
            # Here, because the mail channel brings Django's templates along
            from otayori.delivery.channels.email.dkim import DkimSigner

            path = _readable_file(path)
            DkimSigner.from_pem(path.read_bytes(), selector="", domain="")
        return path

    @field_validator("dkim_selector")
    @classmethod
    def _a_selector(cls, selector: str, info: ValidationInfo) -> str:
        if not selector and info.data.get("dkim_key_file"):
            raise ValueError("OTAYORI_DKIM_KEY_FILE と一緒に設定してください")
        if selector and not _SELECTOR.fullmatch(selector):
            raise ValueError("英数字と「-」だけにしてください（._domainkey から後は要りません）")
        return selector

    @field_validator("vapid_subject")
    @classmethod
    def _a_contact(cls, subject: str) -> str:
        if not subject.startswith(("mailto:", "https://")):
            raise ValueError("mailto: か https:// で始めてください")
        return subject

    @field_validator("allowed_hosts", "push_hosts")
    @classmethod
    def _host_names(cls, hosts: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        hosts = tuple(host.lower() for host in hosts)
        pushing_to_tests = info.field_name == "push_hosts" and info.data.get("profile") != "production"
        ours = [h for h in hosts if not (pushing_to_tests and _LOOPBACK_ORIGIN.fullmatch(h))]
        if not hosts or not all(_HOST.fullmatch(host) for host in ours):
            raise ValueError("サーバーの名前だけを「,」で区切ってください（https:// やポートは要りません）")
        return hosts

    @field_validator("data_dir")
    @classmethod
    def _absolute(cls, path: Path) -> Path:
        return path.expanduser().absolute()

    @model_validator(mode="before")
    @classmethod
    def _fill_in(cls, given: dict[str, object]) -> dict[str, object]:
        return _defaults(str(given.get("profile", "production"))) | given

    @model_validator(mode="after")
    def _derive(self) -> Self:
        # Frozen for everybody else; these two follow from other settings when they are not given.
        if not self.vapid_subject:
            object.__setattr__(self, "vapid_subject", f"mailto:{self.mail_address}")
        if not self.allowed_hosts:
            object.__setattr__(self, "allowed_hosts", _hosts_of(self))
        return self


def read(environ: Mapping[str, str]) -> Environment:
    """The settings in `environ` (os.environ). Empty variables count as not given. Raises WrongSettings."""
    names = {name: name.removeprefix(PREFIX).lower() for name in environ if name.startswith(PREFIX)}
    given = {field: environ[name].strip() for name, field in names.items() if environ[name].strip()}
    if given.get("profile") == "test":
        given = {field: value for field, value in given.items() if field in Environment.model_fields}
    try:
        return Environment.model_validate(given)
    except ValidationError as problems:
        raise WrongSettings("\n".join(_sentences(problems))) from None


def _defaults(profile: str) -> dict[str, object]:
    match profile:
        case "test":
            return {
                "secret_key": "only-for-tests",
                "database_url": "postgresql:///otayori",
                "smtp_url": "smtp://127.0.0.1:1025?starttls=never",
                "mail_from": "おたより <otayori@ward.example>",
                "base_url": "http://localhost",
                "master_key_file": None,
                "vapid_key_file": None,
                "push_hosts": (*KNOWN_PUSH_HOSTS, "http://127.0.0.1"),
                "clamd_url": "none",
                "data_dir": "data/test",
                "staff_mfa": "optional",
            }
        case "demo":
            return {"data_dir": "data", "staff_mfa": "optional", "clamd_url": "none"}
        case _:
            return {"data_dir": "/var/lib/otayori"}


def _hosts_of(environment: Environment) -> tuple[str, ...]:
    host = urlsplit(environment.base_url).hostname or ""
    also = () if environment.profile == "production" else ("localhost", "127.0.0.1", "[::1]")
    return tuple(dict.fromkeys((f"[{host}]" if ":" in host else host, *also)))


def _sentences(problems: ValidationError) -> list[str]:
    sentences: dict[str, str] = {}
    for problem in problems.errors(include_input=False, include_url=False):
        field = str(problem["loc"][0]) if problem["loc"] else ""
        sentences.setdefault(field, _sentence(field, problem["type"], problem["msg"]))
    return [sentence for _, sentence in sorted(sentences.items())]


def _sentence(field: str, kind: str, message: str) -> str:
    name = PREFIX + field.upper()
    if kind == "extra_forbidden":
        close = difflib.get_close_matches(field, Environment.model_fields, n=1)
        hint = (
            f"{PREFIX}{close[0].upper()} のことですか。" if close else "つづりを確かめるか、消してください。"
        )
        return f"{name} という設定はありません。{hint}"
    explanation = EXPLANATIONS[field]
    wrong = "設定されていません" if kind == "missing" else explanation.expected
    if kind == "value_error":
        wrong = message.removeprefix("Value error, ")
    return f"{name}: {wrong}。{explanation.purpose}を設定してください。例: {explanation.example}"
