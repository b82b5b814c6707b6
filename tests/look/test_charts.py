"""Charts: right coordinates, and the same figures in words."""

import pytest
from django.template import Context, Template

from core.charts import Chart, Series, draw, nice_ceiling

HOURS = Chart(
    title="Hours delivered",
    category="Month",
    labels=["Sep", "Oct", "Nov"],
    series=[Series("Included", [4, 8, 2]), Series("Overage", [0, 2, None])],
    unit="hours",
)


@pytest.mark.parametrize(
    ("highest", "ceiling"), [(0, 4), (0.3, 0.4), (3, 4), (10, 10), (11, 20), (37, 40), (130, 200), (820, 1000)]
)
def test_the_scale_ends_with_a_round_number(highest: float, ceiling: float) -> None:
    assert nice_ceiling(highest) == pytest.approx(ceiling)


def test_bars_are_as_high_as_their_figures_and_stand_on_each_other() -> None:
    drawing = draw(HOURS)
    included, overage = (bar for bar in drawing.bars if bar.text.startswith("Oct"))
    assert included.height == pytest.approx(4 * overage.height)
    assert included.y == pytest.approx(overage.y + overage.height)
    assert included.y + included.height == pytest.approx(drawing.baseline)


def test_nothing_is_no_bar() -> None:
    assert [bar.text for bar in draw(HOURS).bars if "Overage" in bar.text] == ["Oct · Overage: 2 hours"]


def test_a_line_leaves_out_what_is_unknown() -> None:
    _included, overage = draw(HOURS).lines
    assert len(overage.points) == 2


def test_at_most_a_dozen_labels_are_written() -> None:
    days = Chart(title="Days", category="Day", labels=[str(day) for day in range(31)], series=[Series("x", [1] * 31)])
    assert len(draw(days).labels) <= 12


def test_a_chart_of_nothing_is_drawn_without_bars() -> None:
    assert draw(Chart(title="Nothing", category="Month", labels=[], series=[Series("x", [])])).bars == ()


@pytest.mark.parametrize(
    "series", [[], [Series("x", [1])], [Series("x", [1, -1, 0])], [Series(str(at), [1, 1, 1]) for at in range(4)]]
)
def test_what_cannot_be_drawn_is_refused(series: list[Series]) -> None:
    with pytest.raises(ValueError, match=r"chart|series"):
        Chart(title="x", category="Month", labels=["Sep", "Oct", "Nov"], series=series)


@pytest.mark.parametrize("tag", ["bar_chart", "line_chart"])
def test_the_figures_stand_in_a_table_too(tag: str) -> None:
    drawn = Template(f"{{% {tag} chart %}}").render(Context({"chart": HOURS}))
    assert 'role="img" aria-label="Hours delivered"' in drawn
    assert '<th scope="row">Oct</th><td class="numeric">8</td><td class="numeric">2</td>' in drawn
    assert '<th scope="row">Nov</th><td class="numeric">2</td><td class="numeric">–</td>' in drawn
