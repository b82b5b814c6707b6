"""`manage.py load_demo_world`: the people, customers and months of meetings of the demonstration."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from oura_success.demo_world.world import load_world


class Command(BaseCommand):
    help = "Load the demo's world around the present moment. A world that is there already stays as it is."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("The demo's world has sign-ins that anybody knows: it is loaded in the demo alone.")
        if load_world(now=timezone.now()):
            self.stdout.write("The demo's world is loaded.")
        else:
            self.stdout.write("The demo's world is there already.")
