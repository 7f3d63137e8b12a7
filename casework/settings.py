"""One settings file; what differs by place comes from the environment (README, "Settings")."""

from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from casework.launch import database, tiles

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

INSECURE_KEY = "insecure-key-for-development-and-tests-only-0123456789"
DEBUG = env.bool("DEBUG", default=False)
PRODUCTION = env.bool("PRODUCTION", default=False)
SECRET_KEY = env.str("SECRET_KEY", default=INSECURE_KEY)
if PRODUCTION and (SECRET_KEY == INSECURE_KEY or len(SECRET_KEY) < 50):
    raise ImproperlyConfigured("Set SECRET_KEY to a secret of at least 50 characters: PRODUCTION is on.")
if PRODUCTION and DEBUG:
    raise ImproperlyConfigured("DEBUG shows secrets to visitors: turn it off where PRODUCTION is on.")
# Personal data are sealed with the first key and opened with any of them; the other key makes them findable.
INSECURE_PERSONAL_KEY = "insecure-personal-data-key-for-development-and-tests"
PERSONAL_DATA_KEYS = env.list("PERSONAL_DATA_KEYS", default=[INSECURE_PERSONAL_KEY])
PERSONAL_DATA_INDEX_KEY = env.str("PERSONAL_DATA_INDEX_KEY", default=INSECURE_PERSONAL_KEY)
_personal_keys = [*PERSONAL_DATA_KEYS, PERSONAL_DATA_INDEX_KEY]
if (
    not PERSONAL_DATA_KEYS
    or PRODUCTION
    and any(key == INSECURE_PERSONAL_KEY or len(key) < 32 for key in _personal_keys)
):
    raise ImproperlyConfigured(
        "Set PERSONAL_DATA_KEYS and PERSONAL_DATA_INDEX_KEY to secrets of at least 32 characters each: PRODUCTION is on."
    )
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "casework",
    "workflows",
    "grid",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "rest_framework",
    "rest_framework.authtoken",
    "drf_spectacular",
    "django_q",
    "django_htmx",
    "axes",
    "csp",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "casework.pages.idle.IdleMiddleware",
    "casework.pages.door.ViewerMiddleware",
    "casework.pages.seeing.SeeingMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "casework.urls"
WSGI_APPLICATION = "casework.wsgi.application"
ASGI_APPLICATION = "casework.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "casework.pages.door.frame",
            ],
            "libraries": {"ui": "casework.templatetags.ui"},
            "builtins": [
                "casework.templatetags.ui",
                "django.templatetags.i18n",
                "django.templatetags.static",
            ],
            "loaders": [
                ("django.template.loaders.cached.Loader", ["django.template.loaders.filesystem.Loader"])
            ],
        },
    }
]

PG_DATA = Path(env.str("PG_DATA", default=str(BASE_DIR / "var" / "pg"))).resolve()
DATABASES = {
    "default": database.settings(
        env.str("DATABASE_URL", default=""),
        data_dir=PG_DATA,
        test_suffix=env.str("TEST_DB_SUFFIX", default=""),
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

AUTH_USER_MODEL = "grid.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
AXES_FAILURE_LIMIT = env.int("LOGIN_FAILURES", default=5)
AXES_CLIENT_IP_CALLABLE = "casework.pages.entry.address_of"
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_HTTP_RESPONSE_CODE = 423
AXES_LOCKOUT_TEMPLATE = "login.html"
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "casework" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.str("TIME_ZONE", default="Asia/Shanghai")

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "casework" / "static"]
STATIC_ROOT = BASE_DIR / "var" / "static"
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(BASE_DIR / "var" / "media")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_AUTOREFRESH = DEBUG

# Telling people outside. Channels by key: {"kind", "name", "url", "secret"?, "template"?, "word"?, "areas"?}. Only hosts
# that are listed are ever called; those that may be private may also speak plain http, inside a closed network.
NOTICE_CHANNELS = env.json("NOTICE_CHANNELS", default={})
NOTICE_HOSTS = env.list("NOTICE_HOSTS", default=[])
NOTICE_PRIVATE_HOSTS = env.list("NOTICE_PRIVATE_HOSTS", default=[])
SITE_URL = env.str("SITE_URL", default="http://127.0.0.1:8000")  # what links in messages begin with

# Residents may report without logging in, where it is switched on: everywhere, or in areas by their codes.
RESIDENTS_ENTRY = env.bool("RESIDENTS_ENTRY", default=False)
RESIDENTS_AREAS = env.list("RESIDENTS_AREAS", default=[])

# The map works without tiles. An address of tiles has {z}, {x} and {y}, also within a WMTS request; tiles that are cut in
# GCJ-02 are met by shifting what is drawn over them. What the law wants on a map (审图号) is shown in its corner.
TILES_URL = env.str("TILES_URL", default="")
TILES_CRS = tiles.crs_of(env.str("TILES_CRS", default="wgs84"))
TILES_ATTRIBUTION = env.str("TILES_ATTRIBUTION", default="")
MAP_APPROVAL = env.str("MAP_APPROVAL", default="")

# Limits of what comes in: reliability, "uploads" and "DRF".
PHOTO_BYTES = 15 * 1024 * 1024
PHOTO_PIXELS = 40_000_000
RECORDING_BYTES = 4 * 1024 * 1024
DIAGRAM_BYTES = 2 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 20 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
FILE_UPLOAD_PERMISSIONS = 0o640

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:", *tiles.host_of(TILES_URL)],
        "font-src": ["'self'", "data:"],
        "connect-src": ["'self'"],
        "worker-src": ["'self'"],
        "manifest-src": ["'self'"],
        "media-src": ["'self'", "blob:"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
IDLE_MINUTES = env.int("IDLE_MINUTES", default=30)  # of a session at the desk; 0: no limit of its own
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "casework.pages.door.csrf_failure"
if PRODUCTION:
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "casework.api.viewer.TokenLogin",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["casework.api.incoming.StrictJSONParser"],
    "DEFAULT_THROTTLE_CLASSES": ["casework.api.throttles.PerPerson"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "casework.api.errors.answer",
    "DEFAULT_THROTTLE_RATES": {"user": "30000/min", "costly": "60/min", "login": "30/min"},
    # Anybody can write X-Forwarded-For: only what our own proxies put at its end is believed.
    "NUM_PROXIES": env.int("PROXIES", default=1 if PRODUCTION else 0),
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "One matter: case handling",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "PREPROCESSING_HOOKS": ["casework.api.docs.without_doubles"],
    "ENUM_NAME_OVERRIDES": {
        "StepKind": "workflows.models.StepKind",
        "PlaceKind": ["scene", "source", "destination", "meeting", "other"],
        "InstrumentKind": "casework.models.InstrumentKind",
        "TaskKind": "casework.models.TaskKind",
        "CategoryKind": ["component", "event", "social"],
    },
}

# The outbox retries, so the queue must not (reliability, section 3).
Q_CLUSTER = {
    "name": "casework",
    "orm": "default",
    "workers": 2,
    "queue_limit": 2,
    "bulk": 1,
    "timeout": 60,
    "retry": 300,
    "max_attempts": 3,
    "ack_failures": True,
    "catch_up": False,
    "save_limit": 500,
    "recycle": 200,
    "max_rss": 300_000,
    "poll": 1,
    "log_level": "WARNING",
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="WARNING")},
}
