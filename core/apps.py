from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "core"
    label = "core"

    def ready(self) -> None:
        from core import checks, form_text, logs

        checks.register()
        form_text.make_every_text_field_refuse_them()
        logs.configure()
