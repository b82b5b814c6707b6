"""`make bench`: build the world, start the servers, measure case and floor in turn, print one table.

`SIZE` is `small` (20,000 entries, to see that the bench itself works), `usual` (200,000) or `large` (2,000,000).
"""

import os
import sys

import django

from bench.machine import machine

SIZES = {"small": 20_000, "usual": 200_000, "large": 2_000_000}


def main() -> int:
    """Run the bench; 1 if a figure is outside its bound, 2 if the size is none."""
    size = os.environ.get("SIZE") or "usual"
    if size not in SIZES:
        print(f"SIZE is one of {', '.join(SIZES)}.")
        return 2
    with machine() as run:
        os.environ.update(run.environment)
        django.setup()
        from bench.measuring import measure
        from bench.table import show

        figures, pages = measure(run, entries=SIZES[size])
    show(size, figures, pages)
    is_within = all(each.is_within for each in figures) and all(each.is_within for each in pages)
    return 0 if is_within else 1


if __name__ == "__main__":
    sys.exit(main())
