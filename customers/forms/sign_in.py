"""allauth's forms in the portal's words: labels above the fields, no placeholder that repeats them."""

from typing import Any

from allauth.account.forms import (
    ChangePasswordForm,
    LoginForm,
    ResetPasswordForm,
    ResetPasswordKeyForm,
)
from django.utils.translation import gettext_lazy as _


class _Plain:
    """Takes the placeholders away: they vanish as one types, and the label says the same."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():  # type: ignore[attr-defined]  # mixed into forms
            field.widget.attrs.pop("placeholder", None)


class SignInForm(_Plain, LoginForm):  # type: ignore[misc]  # allauth is not typed
    """E-mail address and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("E-mail address")
        self.fields["remember"].label = _("Stay signed in on this device")


class AskForResetForm(_Plain, ResetPasswordForm):  # type: ignore[misc]  # allauth is not typed
    """Where the link to a new password goes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("E-mail address")


class ResetForm(_Plain, ResetPasswordKeyForm):  # type: ignore[misc]  # allauth is not typed
    """The new password, twice."""


class ChangeForm(_Plain, ChangePasswordForm):  # type: ignore[misc]  # allauth is not typed
    """The password in force, then the new one, twice."""
