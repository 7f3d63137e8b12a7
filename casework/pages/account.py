"""One's own account: a new password."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import PasswordChangeForm
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from rest_framework.authtoken.models import Token

from casework.pages.door import ViewerRequest, page


@page
def password(request: ViewerRequest) -> HttpResponse:
    """Change one's password. Every other session and every token of the interface ends with the old one."""
    form = PasswordChangeForm(request.user, request.POST or None)
    if request.method != "POST":
        return TemplateResponse(request, "password.html", {"form": form})
    if not form.is_valid():
        return TemplateResponse(request, "password.html", {"form": form}, status=422)
    with transaction.atomic():
        user = form.save()
        Token.objects.filter(user=user).delete()
    update_session_auth_hash(request, user)
    messages.success(request, _("The password is changed. You are logged out everywhere else."))
    return redirect("home")
