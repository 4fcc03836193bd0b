"""Switch the language of the pages, and of what is sent from now on."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST
from django.views.i18n import set_language as django_set_language

from otayori.accounts.access import everyone


@everyone("who can't read the page must be able to change its language before signing in")
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Remember the language in a cookie, and on the account when there is one."""
    chosen = request.POST.get("language")
    user = request.user
    if user.is_authenticated and chosen in dict(settings.LANGUAGES):
        user.language = chosen
        user.save(update_fields=["language"])
    return django_set_language(request)
