"""Charts drawn on the server: figures in, coordinates out. The templates turn them into SVG and a table.

All coordinates are in the units of the drawing's `viewBox` (720 × 240); text is placed by the template.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil, floor, log10

WIDTH = 720
HEIGHT = 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 8, 12, 30
_GRID_LINES = 4
_SERIES_CLASSES = ("series-1", "series-2", "series-3")


@dataclass(frozen=True)
class Series:
    """One row of figures: its name in the legend and one value a category (None where there is none)."""

    name: str
    values: Sequence[Decimal | int | float | None]


@dataclass(frozen=True)
class Chart:
    """What a chart shows.

    :param title: names the chart for everybody, screen readers included
    :param category: what the categories are, the head of the table's first column ("Month")
    :param labels: the categories in order
    :param series: up to three rows of figures; bars of several are stacked
    :param unit: said beside the scale ("hours", "EUR")
    """

    title: str
    category: str
    labels: Sequence[str]
    series: Sequence[Series]
    unit: str = ""

    def __post_init__(self) -> None:
        if not 1 <= len(self.series) <= len(_SERIES_CLASSES):
            raise ValueError(f"a chart shows one to {len(_SERIES_CLASSES)} series, not {len(self.series)}")
        if any(len(series.values) != len(self.labels) for series in self.series):
            raise ValueError("every series needs one value for each label")
        if any(value is not None and value < 0 for series in self.series for value in series.values):
            raise ValueError("a chart starts at zero: figures below it belong into a table")

    @property
    def rows(self) -> list[tuple[str, list[Decimal | int | float | None]]]:
        """The figures by category, for the table."""
        return [(label, [series.values[at] for series in self.series]) for at, label in enumerate(self.labels)]


@dataclass(frozen=True)
class GridLine:
    y: float
    value: str


@dataclass(frozen=True)
class Label:
    x: float
    text: str


@dataclass(frozen=True)
class Bar:
    x: float
    y: float
    width: float
    height: float
    css_class: str
    text: str


@dataclass(frozen=True)
class Point:
    x: float
    y: float
    text: str


@dataclass(frozen=True)
class Line:
    css_class: str
    points: tuple[Point, ...]
    path: str
    area: str


@dataclass(frozen=True)
class Drawing:
    """Everything that the SVG needs, as coordinates."""

    width: int
    height: int
    left: int
    right: int
    baseline: float
    grid: tuple[GridLine, ...]
    labels: tuple[Label, ...]
    bars: tuple[Bar, ...]
    lines: tuple[Line, ...]
    legend: tuple[tuple[str, str], ...]


def nice_ceiling(highest: float) -> float:
    """The round number at or above `highest` that a scale of four steps ends with: 37 gives 40, 130 gives 200."""
    if highest <= 0:
        return float(_GRID_LINES)
    magnitude: float = 10 ** floor(log10(highest))
    for step in (1, 2, 4, 6, 8, 10):
        if highest <= step * magnitude:
            return step * magnitude
    return ceil(highest)


def draw(chart: Chart) -> Drawing:
    """Lay out `chart` as stacked bars and as lines; the template takes the one it wants."""
    figures = [[float(value or 0) for value in series.values] for series in chart.series]
    stacked = [sum(column) for column in zip(*figures, strict=True)]
    ceiling = nice_ceiling(max(stacked, default=0))
    inner_width, inner_height = WIDTH - _LEFT - _RIGHT, HEIGHT - _TOP - _BOTTOM
    baseline = HEIGHT - _BOTTOM

    def height_of(value: float) -> float:
        return value / ceiling * inner_height

    step = inner_width / max(len(chart.labels), 1)
    centres = [_LEFT + step * (at + 0.5) for at in range(len(chart.labels))]
    return Drawing(
        width=WIDTH,
        height=HEIGHT,
        left=_LEFT,
        right=WIDTH - _RIGHT,
        baseline=baseline,
        grid=tuple(
            GridLine(
                y=round(baseline - height_of(ceiling * at / _GRID_LINES), 1), value=f"{ceiling * at / _GRID_LINES:g}"
            )
            for at in range(_GRID_LINES + 1)
        ),
        labels=_thinned(chart.labels, centres),
        bars=_bars(chart, figures, centres, min(step * 0.62, 44), baseline, ceiling, inner_height),
        lines=_lines(chart, figures, centres, baseline, ceiling, inner_height),
        legend=tuple(
            (css_class, series.name) for css_class, series in zip(_SERIES_CLASSES, chart.series, strict=False)
        ),
    )


def _thinned(labels: Sequence[str], centres: Sequence[float]) -> tuple[Label, ...]:
    """At most a dozen labels, evenly chosen, so that they never run into each other."""
    every = max(ceil(len(labels) / 12), 1)
    return tuple(
        Label(x=round(centre, 1), text=label)
        for at, (label, centre) in enumerate(zip(labels, centres, strict=True))
        if at % every == 0
    )


def _bars(
    chart: Chart,
    figures: Sequence[Sequence[float]],
    centres: Sequence[float],
    width: float,
    baseline: float,
    ceiling: float,
    inner_height: float,
) -> tuple[Bar, ...]:
    bars: list[Bar] = []
    for at, centre in enumerate(centres):
        foot = float(baseline)
        for css_class, series, values in zip(_SERIES_CLASSES, chart.series, figures, strict=False):
            if values[at] <= 0:
                continue
            height = values[at] / ceiling * inner_height
            foot -= height
            bars.append(
                Bar(
                    x=round(centre - width / 2, 1),
                    y=round(foot, 1),
                    width=round(width, 1),
                    height=round(height, 1),
                    css_class=css_class,
                    text=f"{chart.labels[at]} · {series.name}: {series.values[at]} {chart.unit}".strip(),
                )
            )
    return tuple(bars)


def _lines(
    chart: Chart,
    figures: Sequence[Sequence[float]],
    centres: Sequence[float],
    baseline: float,
    ceiling: float,
    inner_height: float,
) -> tuple[Line, ...]:
    lines: list[Line] = []
    for css_class, series, values in zip(_SERIES_CLASSES, chart.series, figures, strict=False):
        points = tuple(
            Point(
                x=round(centre, 1),
                y=round(baseline - value / ceiling * inner_height, 1),
                text=f"{label} · {series.name}: {shown} {chart.unit}".strip(),
            )
            for centre, value, shown, label in zip(centres, values, series.values, chart.labels, strict=True)
            if shown is not None
        )
        path = " ".join(f"{'M' if at == 0 else 'L'}{point.x} {point.y}" for at, point in enumerate(points))
        area = f"{path} L{points[-1].x} {baseline} L{points[0].x} {baseline} Z" if points else ""
        lines.append(Line(css_class=css_class, points=points, path=path, area=area))
    return tuple(lines)
