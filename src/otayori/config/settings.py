"""Django's settings, all of them; what differs between installations comes from OTAYORI_* variables."""

import os
from pathlib import Path

from otayori.config import environment
from otayori.core import languages

env = environment.read(os.environ)
PACKAGE = Path(__file__).resolve().parent.parent
TESTING = env.profile == "test"

SECRET_KEY = env.secret_key
DEBUG = False
ALLOWED_HOSTS = list(env.allowed_hosts)
SECURE = env.base_url.startswith("https://")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
    "otayori.core",
    "otayori.schools",
    "otayori.accounts",
    "otayori.roster",
    "otayori.delivery",
    "otayori.messaging",
    "otayori.console",
    "otayori.family",
    "otayori.ops",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_htmx",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "otayori.core.statics.StaticAddresses",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "otayori.core.headers.SafeHeaders",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "otayori.config.page_language.PageLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "otayori.config.urls"
WSGI_APPLICATION = "otayori.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "otayori.console.context.staff",
                "otayori.family.context.account_pages",
            ],
        },
    }
]

DATABASES = {"default": env.database.as_django()}
DATABASES["default"]["OPTIONS"] |= {  # type: ignore[operator]
    # connect-per-request was 4x slower; the pool also notices a restarted server
    "pool": False if TESTING else {"min_size": 2, "max_size": 12, "timeout": 5},
    "connect_timeout": 5,
    "prepare_threshold": 1,  # times; of statements in core/prepared.py, the others carry their values in them
}

DATABASES["default"]["CONN_HEALTH_CHECKS"] = True  # of pooled connections, as they are taken

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["otayori.accounts.backend.EmailBackend"]
PASSWORD_HASHERS = (
    ["django.contrib.auth.hashers.MD5PasswordHasher"]
    if TESTING
    else ["django.contrib.auth.hashers.Argon2PasswordHasher"]
)
AUTH_PASSWORD_VALIDATORS = [
    # length and a blocklist, no composition rules: facts/privacy-checklist 2.3, ASVS 5.0 V6.2
    {"NAME": "otayori.accounts.long_enough.LongEnough"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["email", "name"]},
    },
]

# Signing in (django-allauth): by e-mail address, found by its keyed hash in accounts/backend.py
ACCOUNT_ADAPTER = "otayori.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_MODEL_EMAIL_FIELD = None  # the column is encrypted: allauth must not query it
ACCOUNT_EMAIL_VERIFICATION = "none"  # joining verifies the address itself, before there is an account
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    "login_failed": "20/m/ip,5/5m/key",  # a school's guardians may share an address: the key is the account
    "reauthenticate": "10/m/user",
}
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_FORMS = {
    "change_password": "otayori.accounts.password.ChangePasswordForm",
    "reauthenticate": "otayori.accounts.password.ReauthenticateForm",
}
MFA_ADAPTER = "otayori.accounts.adapter.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_PASSKEY_SIGNUP_ENABLED = False
MFA_TOTP_ISSUER = "Otayori"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not SECURE
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "start"
ACCOUNT_LOGOUT_REDIRECT_URL = "start"
OTAYORI_STAFF_MFA = env.staff_mfa

CACHES = {
    # rate limits must hold across processes
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "core_cache"},
}

SESSION_ENGINE = "otayori.accounts.session_store"
SESSION_COOKIE_NAME = "otayori_session"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 180  # a guardian's own phone; staff are signed out sooner by their door
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = SECURE
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "otayori.config.pages.csrf_failure"
CSRF_TRUSTED_ORIGINS = [env.base_url]
SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365 if SECURE else 0
SECURE_SSL_REDIRECT = False  # the proxy's work
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.trusted_proxy else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

LANGUAGE_CODE = languages.SOURCE
LANGUAGES = languages.choices()
LANGUAGE_COOKIE_NAME = "otayori_language"
LANGUAGE_COOKIE_AGE = SESSION_COOKIE_AGE  # who chose it need not choose again next week
LOCALE_PATHS = [PACKAGE / "locale"]
TIME_ZONE = "Asia/Tokyo"
USE_I18N = USE_TZ = True

STATIC_URL = "/static/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "files": {  # core/files.py; sealed
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": env.data_dir / "files", "base_url": None},
    },
    "staticfiles": {"BACKEND": "otayori.core.statics.VersionedStatics"},
}
WHITENOISE_USE_FINDERS = True  # straight from the packages: there is no collecting step to forget
WHITENOISE_AUTOREFRESH = False
WHITENOISE_MAX_AGE = 600
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

OTAYORI_PROFILE = env.profile
OTAYORI_BASE_URL = env.base_url
OTAYORI_DATA_DIR = env.data_dir
OTAYORI_MASTER_KEY_FILE = env.master_key_file
OTAYORI_VAPID_KEY_FILE = env.vapid_key_file
OTAYORI_VAPID_SUBJECT = env.vapid_subject
OTAYORI_PUSH_HOSTS = env.push_hosts
OTAYORI_SMTP_URL = env.smtp_url
OTAYORI_MAIL_FROM = env.mail_from
OTAYORI_DKIM_KEY_FILE = env.dkim_key_file
OTAYORI_DKIM_SELECTOR = env.dkim_selector
OTAYORI_BOUNCE_ADDRESS = env.bounce_address
OTAYORI_BOUNCE_MAILBOX = env.bounce_mailbox
OTAYORI_CLAMD = env.clamd
OTAYORI_TRUSTED_PROXY = env.trusted_proxy

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "filters": {"secrets": {"()": "otayori.core.logs.WithoutSecrets"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "plain", "filters": ["secrets"]}
    },
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"otayori": {"level": "INFO"}, "django.server": {"level": "WARNING"}},
}

# Mail of signing in (core/mail.py); messages to guardians go through delivery/channels/email
_relay = env.smtp
EMAIL_HOST, EMAIL_PORT = _relay.host, _relay.port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _relay.user, _relay.password
EMAIL_USE_SSL = _relay.encryption == "implicit"
EMAIL_USE_TLS = _relay.encryption == "required"
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.mail_from
