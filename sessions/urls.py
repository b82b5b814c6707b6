from django.urls import path

from sessions.views import contracts, corrections, ledger, logging

app_name = "sessions"
urlpatterns = [
    # Contracts
    path("contracts/", contracts.contract_list, name="contract-list"),
    path("contracts/new/", contracts.contract_create, name="contract-create"),
    path("contracts/<int:pk>/", contracts.contract, name="contract"),
    path("contracts/<int:pk>/adjust/", corrections.adjust, name="adjust"),
    path("contracts/<int:pk>/log/", logging.log_free, name="log-free"),
    # Sessions
    path("sessions/<int:pk>/log/", logging.log_session, name="log"),
    # Time entries
    path("time-entries/", ledger.entry_list, name="entry-list"),
    path("time-entries/<int:pk>/", ledger.entry, name="entry"),
    path("time-entries/<int:pk>/reverse/", corrections.reverse, name="reverse"),
    path("time-entries/<int:pk>/waive/", corrections.waive, name="waive"),
    path("time-entries/<int:pk>/refuse-waiver/", corrections.refuse_waiver, name="refuse-waiver"),
]
