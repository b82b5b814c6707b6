from django.apps import AppConfig


class HomeConfig(AppConfig):
    name = "home"
    label = "home"

    def ready(self) -> None:
        from home.domain import contact_letters, lead_letters
        from home.domain.contract_import import letters as import_letters
        from home.domain.contract_life import letters as contract_letters

        import_letters.register_kinds()
        contract_letters.register_kinds()
        contact_letters.register_kinds()
        lead_letters.register_kinds()
