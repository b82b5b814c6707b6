"""The customers of the rows: new ones, those that are here, and what may not differ (docs/contract-import.md)."""

from django.utils.translation import gettext_lazy as _

from customers.domain.billing_details import FIELDS as BILLING_FIELDS
from customers.domain.billing_details import BillingChange
from customers.domain.new_customers import NewCustomer, faults_of_customer, faults_of_member
from customers.models import BillingDetails, Customer
from home.domain.contract_import.known import UNKNOWN_PERSON, Known, name_key
from home.domain.contract_import.parsing import ParsedRow
from home.domain.contract_import.plans import Plan, PlannedCustomer
from home.domain.contract_import.report import Report

FIXED = ("country", "time_zone", "currency")
"""What a customer that is here must agree with: contracts copy it."""
AT_THE_START = (*FIXED, "language", "lead", "contact_email")
"""What all rows of a new customer must agree on."""


class CustomerRows:
    """Takes the rows one by one; the first row of a customer speaks for it, the others must say the same."""

    def __init__(self, known: Known, report: Report, plan: Plan) -> None:
        self._known = known
        self._report = report
        self._plan = plan
        self._first_rows: dict[str, ParsedRow] = {}
        self._billing: dict[str, dict[str, tuple[str, ParsedRow]]] = {}

    def customer_here(self, row: ParsedRow) -> Customer | None:
        """The customer of that name; a fault if there are several."""
        found = self._known.customers.get(name_key(row.text("name")), [])
        if len(found) > 1:
            sentence = _("There are %(count)s customers of this name here. Rename all but one before importing.")
            self._report.add("ambiguous_customer", sentence, row=row, name="name", count=len(found))
        return found[0] if found else None

    def take(self, row: ParsedRow, here: Customer | None) -> None:
        """Compare the row with its customer, which is `here` or is planned with its first row."""
        key = name_key(row.text("name"))
        if not key:
            return
        first = self._first_rows.setdefault(key, row)
        if here is not None:
            self._compare_with_customer(row, here)
        elif key not in self._plan.customers:
            self._plan_customer(row, key)
        else:
            self._compare_with_row(row, first)
        self._take_billing(row, key, here)

    def _plan_customer(self, row: ParsedRow, key: str) -> None:
        lead = self._known.people.get(row.text("lead"))
        if lead is None and "lead" in row.values:
            self._report.add("unknown_person", UNKNOWN_PERSON, row=row, name="lead")
        new = NewCustomer(
            name=row.text("name"),
            country=row.text("country"),
            time_zone=row.text("time_zone"),
            language=row.text("language"),
            currency=row.text("currency"),
            lead=lead,
        )
        self._report.add_refusals(faults_of_customer(new), row=row, beside={})
        contact = self._known.people.get(row.text("contact_email"))
        if contact is not None:
            self._report.add_refusals(faults_of_member(contact), row=row, beside={"email": "contact_email"})
        self._plan.customers[key] = PlannedCustomer(new, row.text("contact_name"), row.text("contact_email"), {})

    def _compare_with_customer(self, row: ParsedRow, customer: Customer) -> None:
        for name in FIXED:
            here = getattr(customer, name)
            if name in row.values and row.values[name] != here:
                sentence = _("%(customer)s is here with “%(here)s”, and its contracts copied it.")
                self._report.add("customer_differs", sentence, row=row, name=name, customer=customer.name, here=here)

    def _compare_with_row(self, row: ParsedRow, first: ParsedRow) -> None:
        for name in AT_THE_START:
            if name in row.values and name in first.values and row.values[name] != first.values[name]:
                self._disagrees(row, first, name)

    def _take_billing(self, row: ParsedRow, key: str, here: Customer | None) -> None:
        """Gather the billing details that rows of one customer name; an empty cell says nothing."""
        said = self._billing.setdefault(key, {})
        fresh: dict[str, str] = {}
        for name in BILLING_FIELDS:
            if value := row.text(name):
                before, first = said.setdefault(name, (value, row))
                if before != value:
                    self._disagrees(row, first, name)
                elif first is row:
                    fresh[name] = value
        if here is None:
            self._plan.customers[key].billing.update(fresh)
        elif changed := self._changed_billing(here, fresh):
            self._plan.billing.append(BillingChange(here, changed))

    def _changed_billing(self, customer: Customer, values: dict[str, str]) -> dict[str, str]:
        details = self._known.billing.get(customer.pk) or BillingDetails(customer=customer)
        return {name: value for name, value in values.items() if getattr(details, name) != value}

    def _disagrees(self, row: ParsedRow, first: ParsedRow, name: str) -> None:
        sentence = _("Row %(first_row)s says “%(there)s” for the same customer.")
        there = first.cells.get(name, "")
        self._report.add("rows_disagree", sentence, row=row, name=name, first_row=first.row, there=there)
