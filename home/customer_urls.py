"""The addresses of customers and their people. Their doors stand in this app, the highest that they touch."""

from django.urls import path

from home.views import billing_details, leads, membership_changes, people

app_name = "customers"
urlpatterns = [
    path("customers/new/", people.customer_create, name="create"),
    path("customers/<int:pk>/billing-details/", billing_details.billing_details, name="billing-details"),
    path("customers/<int:pk>/lead/", leads.lead, name="lead"),
    path("customers/<int:pk>/people/", people.people, name="people"),
    path("customers/<int:pk>/people.csv", people.people_csv, name="people-csv"),
    path("customers/<int:pk>/people/<int:person_pk>/primary-contact/", people.designate, name="designate"),
    path("customers/<int:pk>/people/<int:person_pk>/rights/", membership_changes.member_rights, name="member-rights"),
    path("customers/<int:pk>/people/<int:person_pk>/remove/", membership_changes.member_remove, name="member-remove"),
]
