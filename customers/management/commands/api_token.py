from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from core.refusals import Refusal
from customers.domain.tokens import EVERY_SCOPE, READ_ONLY, issue_token
from customers.models import TokenScope, User


class Command(BaseCommand):
    help = "Makes an API token for a person and prints it alone on the last line: it is not shown again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the e-mail address of the person whom the token acts for")
        parser.add_argument("--name", default="Made on the command line", help="what uses the token")
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--read-only", action="store_true", help="the token may only read")
        what.add_argument(
            "--scope",
            action="append",
            choices=TokenScope.values,
            help="what the token may do, several times for several things (else all that the person may)",
        )
        parser.add_argument("--days", type=int, help="end the token after so many days (else it does not end)")

    def handle(self, *args: Any, **options: Any) -> None:
        person = User.objects.filter(email__iexact=options["email"].strip(), is_active=True).first()
        if person is None:
            raise CommandError(f"Nobody with the address {options['email']} can sign in.")
        scopes = READ_ONLY if options["read_only"] else options["scope"] or EVERY_SCOPE
        now = timezone.now()
        try:
            ends_at = now + timedelta(days=options["days"]) if options["days"] is not None else None
            row, token = issue_token(person=person, name=options["name"], scopes=scopes, ends_at=ends_at, now=now)
        except OverflowError as error:
            raise CommandError("That is too many days.") from error
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        end = f"until {row.ends_at:%Y-%m-%d %H:%M} UTC" if row.ends_at else "until it is revoked"
        self.stdout.write(
            f"Token “{row.name}” acts as {person.email} ({', '.join(row.scopes)}) {end}. It is not shown again:"
        )
        self.stdout.write(token)
