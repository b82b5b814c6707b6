"""The API's addresses (`docs/architecture.md`): everything that is promised stands below `v1/`."""

from django.urls import URLPattern, URLResolver, include, path

from billing.api import exports, periods, rates, statements
from core import converters  # noqa: F401 - makes `<month:…>` known
from core.api.views import DocsView, SchemaView, problem_kind
from customers.api import schema as _token_scheme  # noqa: F401 - known to the description once it is loaded
from customers.permissions import open_to_everybody
from home.api import customers
from packages.api import packages, terms
from reviews.api import reviews
from sessions.api import booking, contracts, ledger, time_entries
from sessions.api import sessions as consulting_sessions
from support.api import materials, orders, requests

promised: list[URLPattern] = [
    path("packages/", packages.PackageList.as_view(), name="packages"),
    path("customers/", customers.CustomerList.as_view(), name="customers"),
    path("customers/<int:pk>/", customers.CustomerDetail.as_view(), name="customer"),
    path("contracts/", contracts.ContractList.as_view(), name="contracts"),
    path("contracts/<int:pk>/", contracts.ContractDetail.as_view(), name="contract"),
    path("contracts/<int:pk>/adjustments/", contracts.Adjustments.as_view(), name="adjustments"),
    path("contracts/<int:pk>/accept_terms/", terms.AcceptTerms.as_view(), name="accept-terms"),
    path("contracts/<int:pk>/ledger/", ledger.Ledger.as_view(), name="ledger"),
    path("terms/", terms.TermsList.as_view(), name="terms"),
    path("slots/", booking.SlotList.as_view(), name="slots"),
    path("sessions/", consulting_sessions.SessionList.as_view(), name="sessions"),
    path("sessions/quote/", booking.QuoteView.as_view(), name="quote"),
    path("sessions/<int:pk>/", consulting_sessions.SessionDetail.as_view(), name="session"),
    path("sessions/<int:pk>/reschedule/", consulting_sessions.Reschedule.as_view(), name="reschedule"),
    path("sessions/<int:pk>/cancel/", consulting_sessions.Cancel.as_view(), name="cancel"),
    path("sessions/<int:pk>/no_show/", consulting_sessions.NoShow.as_view(), name="no-show"),
    path("sessions/<int:pk>/log/", consulting_sessions.Log.as_view(), name="log"),
    path("time_entries/", time_entries.TimeEntryList.as_view(), name="time-entries"),
    path("time_entries/<int:pk>/", time_entries.TimeEntryDetail.as_view(), name="time-entry"),
    path("time_entries/<int:pk>/reverse/", time_entries.Reverse.as_view(), name="reverse"),
    path("time_entries/<int:pk>/waive/", time_entries.Waive.as_view(), name="waive"),
    path("time_entries/<int:pk>/refuse_waiver/", time_entries.RefuseWaiver.as_view(), name="refuse-waiver"),
    path("reviews/", reviews.ReviewList.as_view(), name="reviews"),
    path("reviews/<int:pk>/plan/", reviews.Plan.as_view(), name="review-plan"),
    path("reviews/<int:pk>/hold/", reviews.Hold.as_view(), name="review-hold"),
    path("requests/", requests.RequestList.as_view(), name="requests"),
    path("requests/<int:pk>/", requests.RequestDetail.as_view(), name="request"),
    path("requests/<int:pk>/messages/", requests.RequestMessages.as_view(), name="request-messages"),
    path("requests/<int:pk>/route/", requests.RequestRoute.as_view(), name="request-route"),
    path("requests/<int:pk>/close/", requests.RequestClose.as_view(), name="request-close"),
    path("requests/<int:pk>/call_off/", requests.RequestCallOff.as_view(), name="request-call-off"),
    path("request_files/<int:pk>/", requests.RequestFile.as_view(), name="request-file"),
    path("orders/", orders.OrderList.as_view(), name="orders"),
    path("orders/<int:pk>/", orders.OrderDetail.as_view(), name="order"),
    path("orders/<int:pk>/receipt/", orders.OrderReceipt.as_view(), name="order-receipt"),
    path("orders/<int:pk>/returns/", orders.OrderReturns.as_view(), name="order-returns"),
    path("orders/<int:pk>/exceptions/", orders.OrderExceptions.as_view(), name="order-exceptions"),
    path("materials/", materials.MaterialList.as_view(), name="materials"),
    path("materials/<int:material_pk>/", materials.MaterialDetail.as_view(), name="material"),
    path("materials/<int:material_pk>/file/", materials.MaterialFile.as_view(), name="material-file"),
    path("materials/<int:material_pk>/withdraw/", materials.MaterialWithdraw.as_view(), name="material-withdraw"),
    path("materials/<int:material_pk>/give_back/", materials.MaterialGiveBack.as_view(), name="material-give-back"),
    path("rates/", rates.RateList.as_view(), name="rates"),
    path("billing_periods/", periods.PeriodList.as_view(), name="billing-periods"),
    path("billing_periods/<month:month>/", periods.PeriodDetail.as_view(), name="billing-period"),
    path("billing_periods/<month:month>/close/", periods.PeriodClose.as_view(), name="billing-close"),
    path("billing_periods/<month:month>/lines/", periods.PeriodLines.as_view(), name="billing-lines"),
    path("billing_periods/<month:month>/export/", exports.PeriodExport.as_view(), name="billing-export"),
    path("statements/", statements.StatementList.as_view(), name="statements"),
    path("statements/<int:pk>/invoice/", statements.StatementInvoiced.as_view(), name="statement-invoice"),
]

app_name = "api"
urlpatterns: list[URLPattern | URLResolver] = [
    path("v1/", include(promised)),
    path("schema/", open_to_everybody(SchemaView.as_view()), name="schema"),
    path("docs/", open_to_everybody(DocsView.as_view(url_name="api:schema")), name="docs"),
    path("problems/<slug:code>/", open_to_everybody(problem_kind), name="problem"),
]
