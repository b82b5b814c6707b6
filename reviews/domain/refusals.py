"""How reviews say no, besides what booking says. Codes are those of the API."""

from core.refusals import Refusal


class OutsideWindow(Refusal):
    """The day lies outside the days on which the review may take place."""

    code = "outside_window"
