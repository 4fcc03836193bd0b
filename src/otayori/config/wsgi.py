"""The web application that granian serves."""

import os

from django.core.wsgi import get_wsgi_application

from otayori.config.warm import warm

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "otayori.config.settings")
application = get_wsgi_application()
warm()
