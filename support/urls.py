"""Requests, orders and materials."""

from django.urls import URLPattern, URLResolver, path

from support.views import (
    files,
    material_keeping,
    material_library,
    order_import,
    order_list,
    orders,
    request_list,
    requests,
    returns,
)

app_name = "support"
urlpatterns: list[URLPattern | URLResolver] = [
    path("requests/", request_list.request_list, name="requests"),
    path("requests.csv", request_list.request_list_csv, name="requests-csv"),
    path("requests/new/", requests.request_create, name="request-create"),
    path("requests/<int:pk>/", requests.request_detail, name="request"),
    path("requests/<int:pk>/write/", requests.request_write, name="request-write"),
    path("requests/<int:pk>/route/", requests.request_route, name="request-route"),
    path("requests/<int:pk>/close/", requests.request_close, name="request-close"),
    path("requests/<int:pk>/call-off/", requests.request_call_off, name="request-call-off"),
    path("requests/files/<int:pk>/", files.attachment, name="attachment"),
    path("materials/", material_library.library, name="materials"),
    path("materials/new/", material_keeping.material_create, name="material-create"),
    path("materials/<int:material_pk>/", material_library.material, name="material"),
    path("materials/<int:material_pk>/file/", material_library.material_file, name="material-file"),
    path("materials/<int:material_pk>/versions/<int:number>/", material_library.version_file, name="material-version"),
    path("materials/<int:material_pk>/replace/", material_keeping.material_replace, name="material-replace"),
    path("materials/<int:material_pk>/edit/", material_keeping.material_edit, name="material-edit"),
    path("materials/<int:material_pk>/withdraw/", material_keeping.material_withdraw, name="material-withdraw"),
    path("materials/<int:material_pk>/give-back/", material_keeping.material_give_back, name="material-give-back"),
    path("orders/", order_list.order_list, name="orders"),
    path("orders.csv", order_list.order_list_csv, name="orders-csv"),
    path("orders/new/", orders.order_create, name="order-create"),
    path("orders/import/", order_import.order_import, name="order-import"),
    path("orders/import/sample.csv", order_import.order_import_sample, name="order-import-sample"),
    path("orders/import/<int:pk>/", order_import.order_import_run, name="order-import-run"),
    path("orders/import/<int:pk>/start/", order_import.order_import_start, name="order-import-start"),
    path("orders/import/<int:pk>/discard/", order_import.order_import_discard, name="order-import-discard"),
    path("orders/<int:pk>/", orders.order_detail, name="order"),
    path("orders/<int:pk>/receipt/", orders.order_receipt, name="order-receipt"),
    path("orders/<int:pk>/return/", returns.order_return, name="order-return"),
    path("orders/<int:pk>/exception/", returns.order_exception, name="order-exception"),
]
