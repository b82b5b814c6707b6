"""Speaking to the mail server: one line kept open over several mails, and what its answers mean."""

import smtplib
from contextlib import suppress
from types import TracebackType
from typing import Self

from django.core.mail import EmailMessage, get_connection

COMPLETED = 250
REFUSED_FOR_GOOD = 500
"""From this code on an answer will be the same the next time (RFC 5321 §4.2.1)."""


class Unreachable(Exception):
    """No mail server answers: nothing was said about any mail."""


class Refused(Exception):
    """The mail server answered no: this mail was certainly not taken. `for_good` if the address does not exist."""

    def __init__(self, answer: str, *, for_good: bool) -> None:
        super().__init__(answer)
        self.for_good = for_good


class Lost(Exception):
    """The line broke in the middle of a mail: it may or may not have been taken."""


class MailServer:
    """A line to the mail server of the settings, opened when needed and checked before every mail."""

    def __init__(self) -> None:
        self._line = get_connection()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._hang_up()

    def be_ready(self) -> None:
        """Make sure that the server answers, before a mail is marked as handed to it.

        :raises Unreachable: if it does not
        """
        if not self._answers():
            self._hang_up()
            try:
                self._line.open()
            except (OSError, smtplib.SMTPException) as error:
                self._hang_up()
                raise Unreachable(describe(error)) from error

    def send(self, mail: EmailMessage) -> None:
        """Hand one mail over.

        :raises Refused: if the server does not take it
        :raises Lost: if it is not known whether it took it
        """
        try:
            self._line.send_messages([mail])
        except smtplib.SMTPRecipientsRefused as error:
            self._hang_up()
            answers = [code for code, _text in error.recipients.values()]
            raise Refused(describe(error), for_good=all(code >= REFUSED_FOR_GOOD for code in answers)) from error
        except smtplib.SMTPDataError as error:
            # The server read this mail and does not want it; with an answer below 500 it may later.
            self._hang_up()
            raise Refused(describe(error), for_good=error.smtp_code >= REFUSED_FOR_GOOD) from error
        except (smtplib.SMTPResponseException, smtplib.SMTPNotSupportedError) as error:
            self._hang_up()
            raise Refused(describe(error), for_good=False) from error
        except (OSError, smtplib.SMTPException) as error:
            self._hang_up()
            raise Lost(describe(error)) from error

    def _answers(self) -> bool:
        connection = getattr(self._line, "connection", None)
        if connection is None:
            return False
        if not isinstance(connection, smtplib.SMTP):
            return True
        try:
            code, _text = connection.noop()
        except (OSError, smtplib.SMTPException):
            return False
        return bool(code == COMPLETED)

    def _hang_up(self) -> None:
        with suppress(OSError, smtplib.SMTPException):
            self._line.close()


def describe(error: BaseException) -> str:
    """An error in one line, for the row and the log."""
    return f"{type(error).__name__}: {error}"[:1000]
