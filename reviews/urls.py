from django.urls import path

from reviews.views import details, lists, planning, recording

app_name = "reviews"
urlpatterns = [
    path("reviews/", lists.review_list, name="list"),
    path("reviews/<int:pk>/", details.detail, name="detail"),
    path("reviews/<int:pk>/summary/", details.summary, name="summary"),
    path("reviews/<int:pk>/calendar.ics", details.calendar_file, name="calendar"),
    # Planning
    path("reviews/<int:pk>/plan/", planning.plan, name="plan"),
    path("reviews/<int:pk>/plan/confirm/", planning.plan_confirm, name="plan-confirm"),
    path("reviews/<int:pk>/cancel/", planning.cancel, name="cancel"),
    # What became of it
    path("reviews/<int:pk>/record/", recording.record, name="record"),
    path("reviews/<int:pk>/missed/", recording.missed, name="missed"),
    # What is prepared and agreed
    path("reviews/<int:pk>/agenda/", details.point_add, name="point-add"),
    path("reviews/<int:pk>/agenda/<int:point_pk>/remove/", details.point_remove, name="point-remove"),
    path("reviews/<int:pk>/action-items/new/", details.item_add, name="item-add"),
    path("reviews/<int:pk>/action-items/<int:item_pk>/", details.item_tick, name="item-tick"),
    path("reviews/<int:pk>/internal-notes/", details.note_add, name="note-add"),
]
