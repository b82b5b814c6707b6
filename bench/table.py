"""One table of ratios, kept as JSON and compared with the last run's."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.pages import MOST_KILOBYTES, MOST_QUERIES, MOST_TIMES_THE_FLOOR, PageCost
from dev.paths import ROOT

KEPT = ROOT / ".data" / "bench"


@dataclass(frozen=True)
class Figure:
    """One line: a ratio to a floor (or an amount with its unit), and the most or the least that it should be."""

    name: str
    value: float
    unit: str = "×"
    most: float | None = None
    least: float | None = None
    detail: str = ""

    @property
    def is_within(self) -> bool:
        """Whether it keeps to its bound; what has none is there to be seen."""
        above = self.most is not None and self.value > self.most
        below = self.least is not None and self.value < self.least
        return not above and not below

    @property
    def bound(self) -> str:
        """The bound in words."""
        if self.most is not None:
            return f"≤ {self.most:g}"
        return f"≥ {self.least:g}" if self.least is not None else ""


def show(size: str, figures: Sequence[Figure], pages: Sequence[PageCost]) -> None:
    """Print the table beside the last run of the same size, and keep this one in its place."""
    kept = KEPT / f"{size}.json"
    last = _read(kept)
    print(f"\n{'':45}{'now':>9}{'last':>9}  {'bound':<9}")
    for figure in figures:
        before = last.get(figure.name)
        mark = " " if figure.is_within else "!"
        was = f"{before:.2f}" if before is not None else ""
        print(f"{mark} {figure.name:<43}{figure.value:>8.2f}{figure.unit:<2}{was:>8}  {figure.bound:<9}{figure.detail}")
    print(f"\nPages: ≤ {MOST_QUERIES} queries, ≤ {MOST_KILOBYTES} kB, ≤ {MOST_TIMES_THE_FLOOR} × the bare view")
    for page in sorted(pages, key=lambda each: -each.ratio):
        mark = " " if page.is_within else "!"
        cost = f"{page.queries:>4}{page.kilobytes:>7.1f} kB{page.ratio:>7.1f} ×"
        print(f"{mark} {page.role:<11}{page.path[:52]:<54}{cost}")
    KEPT.mkdir(parents=True, exist_ok=True)
    kept.write_text(
        json.dumps({"figures": [asdict(each) for each in figures], "pages": [asdict(each) for each in pages]}, indent=1)
    )


def _read(kept: Path) -> dict[str, float]:
    if not kept.exists():
        return {}
    return {figure["name"]: figure["value"] for figure in json.loads(kept.read_text())["figures"]}
