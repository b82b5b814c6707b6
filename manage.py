#!/usr/bin/env python
"""Django's commands. Without settings in the environment they act on the demo that is running, if one is."""

import os
import sys


def main() -> None:
    """Run one command."""
    if "DJANGO_SETTINGS_MODULE" not in os.environ and "DATABASE_URL" not in os.environ:
        from dev.environment import adopt_running_demo

        adopt_running_demo()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oura_success.settings.production")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
