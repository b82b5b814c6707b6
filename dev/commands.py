"""Several of manage.py's commands in one process, which saves a start of Django each: `python -m dev.commands …`."""

import sys

import django
from django.core.management import call_command


def main(names: list[str]) -> None:
    """Run the commands one after the other; the first that fails ends it."""
    django.setup()
    for name in names:
        call_command(name, verbosity=0)


if __name__ == "__main__":
    main(sys.argv[1:])
