"""`manage.py load_catalogue`: the packages and the sample terms, where they are missing."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from packages.domain.catalogue import publish_catalogue


class Command(BaseCommand):
    help = "Write the first catalogue and the sample terms. What is there already stays as it is."

    def handle(self, *args: Any, **options: Any) -> None:
        publish_catalogue(now=timezone.now())
        self.stdout.write("The catalogue is loaded.")
