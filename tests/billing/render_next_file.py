"""Run as a program: a worker's turns at the files that closes owe, by the real clock, until none is due."""

import django


def main() -> None:
    """Render until nothing is due, or until a fault point of the environment ends this process."""
    django.setup()
    from django.utils import timezone

    from billing.domain.files.rendering import render_next

    while render_next(clock=timezone.now):
        pass


if __name__ == "__main__":
    main()
