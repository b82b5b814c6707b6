from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReviewsConfig(AppConfig):
    name = "reviews"
    label = "reviews"
    verbose_name = _("Project health checks")

    def ready(self) -> None:
        from reviews.domain.windows import open_windows
        from sessions.domain.signing import let_follow

        let_follow(open_windows)
