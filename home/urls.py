"""Home pages, preferences and what gathers from every app."""

from django.urls import URLPattern, URLResolver, path

from home.views import (
    contract_import,
    contract_life,
    customer_list,
    customers,
    history,
    overview,
    portfolio,
    preferences,
    privacy,
    search,
    tokens,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", overview.home, name="home"),
    path("customers/", customer_list.customer_list, name="customer-list"),
    path("customers.csv", customer_list.customer_list_csv, name="customer-list-csv"),
    path("customers/<int:pk>/", customers.customer_detail, name="customer-detail"),
    path("customers/<int:pk>/history/", history.customer_history, name="customer-history"),
    path("contracts/<int:pk>/history/", history.contract_history, name="contract-history"),
    path("contracts/<int:pk>/renew/", contract_life.contract_renew, name="contract-renew"),
    path("contracts/<int:pk>/end/", contract_life.contract_end, name="contract-end"),
    path("contracts/<int:pk>/void/", contract_life.contract_void, name="contract-void"),
    path("contracts/import/", contract_import.contract_import, name="contract-import"),
    path("contracts/import/sample.csv", contract_import.contract_import_sample, name="contract-import-sample"),
    path("contracts/import/<int:pk>/", contract_import.contract_import_run, name="contract-import-run"),
    path("contracts/import/<int:pk>/start/", contract_import.contract_import_start, name="contract-import-start"),
    path("contracts/import/<int:pk>/discard/", contract_import.contract_import_discard, name="contract-import-discard"),
    path("preferences/data/", privacy.own_data, name="own-data"),
    path("preferences/data.json", privacy.own_data_file, name="own-data-file"),
    path("portfolio/", portfolio.portfolio, name="portfolio"),
    path("portfolio.csv", portfolio.portfolio_csv, name="portfolio-csv"),
    path("operations/people/", privacy.people_who_left, name="people-who-left"),
    path("operations/people/<int:pk>/anonymise/", privacy.anonymise_person, name="anonymise"),
    path("search/", search.search, name="search"),
    path("search/palette/", search.palette, name="palette"),
    path("preferences/keyboard/", preferences.set_single_keys, name="keyboard"),
    path("preferences/theme/", preferences.set_theme, name="theme"),
    path("preferences/language/", preferences.set_language, name="language"),
    path("preferences/tokens/", tokens.tokens, name="tokens"),
    path("preferences/tokens/new/", tokens.token_create, name="token-create"),
    path("preferences/tokens/<int:pk>/revoke/", tokens.token_revoke, name="token-revoke"),
]
