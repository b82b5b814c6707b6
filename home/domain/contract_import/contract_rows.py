"""The contracts of the rows: new ones, those that are here, and what may not differ (docs/contract-import.md)."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.dates import in_calendar
from core.money import CURRENCIES
from core.refusals import Refusal
from customers.models import Customer, User
from home.domain.contract_import.known import UNKNOWN_PERSON, Known, name_key
from home.domain.contract_import.parsing import ParsedRow
from home.domain.contract_import.plans import Outcome, Plan, PlannedContract
from home.domain.contract_import.report import Report
from packages.domain.new_contracts import faults_of_dedicated, faults_of_term
from packages.models import Contract, PackageVersion

NO_RATE = _("the general rate")


class ContractRows:
    """Takes the rows one by one. A contract is known by its reference and by nothing else once it has one."""

    def __init__(self, known: Known, report: Report, plan: Plan) -> None:
        self._known = known
        self._report = report
        self._plan = plan
        self._rows_by_reference: dict[str, ParsedRow] = {}
        self._customers_with_contracts: set[str] = set()

    def contract_here(self, row: ParsedRow) -> Contract | None:
        """The contract that was imported under the row's reference; a fault if the reference was in a row before."""
        reference = row.text("reference")
        if not reference:
            return None
        first = self._rows_by_reference.setdefault(reference, row)
        if first is not row:
            sentence = _("Row %(first_row)s has the same reference.")
            self._report.add("duplicate_row", sentence, row=row, name="reference", first_row=first.row)
        return self._known.by_reference.get(reference)

    def take(self, row: ParsedRow, here: Contract | None, customer: Customer | None) -> None:
        """Compare the row with its contract, which is `here`, or plan it for `customer` (None: a planned one)."""
        version = self._version(row)
        if here is not None:
            self._compare(row, here, version)
            self._plan.outcomes[row.row] = Outcome.HERE
        elif by_hand := self._signed_by_hand(row, customer, version):
            self._compare(row, by_hand, version)
            self._plan.references.append((row.text("reference"), by_hand))
            self._plan.outcomes[row.row] = Outcome.GETS_REFERENCE
        else:
            self._plan_contract(row, customer, version)
            key = name_key(row.text("name"))
            is_first = customer is None and key not in self._customers_with_contracts
            self._customers_with_contracts.add(key)
            self._plan.outcomes[row.row] = Outcome.NEW_CUSTOMER if is_first else Outcome.NEW_CONTRACT

    def _version(self, row: ParsedRow) -> PackageVersion | None:
        version = self._known.versions.get(row.text("package"))
        if version is None and "package" in row.values:
            self._report.add("unknown_package", _("There is no such package."), row=row, name="package")
        return version

    def _signed_by_hand(
        self, row: ParsedRow, customer: Customer | None, version: PackageVersion | None
    ) -> Contract | None:
        """A contract that came into the portal without a reference: same customer, package and first day."""
        starts_on = row.day("starts_on")
        if customer is None or version is None or starts_on is None:
            return None
        candidates = self._known.without_reference.get((customer.pk, version.package.code, starts_on), [])
        return candidates.pop(0) if candidates else None

    def _compare(self, row: ParsedRow, contract: Contract, version: PackageVersion | None) -> None:
        """Whatever the row says otherwise than the contract that is here is a fault: an import changes no contract."""
        if contract.voided_at is not None:
            sentence = _("Contract %(contract)s was voided here. Take the row out, or give it a new reference.")
            self._report.add("voided", sentence, row=row, name="reference", contract=contract.reference)
        package = contract.package_version.package
        if "name" in row.values and name_key(contract.customer.name) != name_key(row.text("name")):
            self._differs(row, "name", contract, contract.customer.name)
        if version is not None and version.package_id != package.pk:
            self._differs(row, "package", contract, package.code)
        if row.day("starts_on") not in (None, contract.starts_on):
            self._differs(row, "starts_on", contract, contract.starts_on.isoformat())
        if row.day("ends_on") not in (None, contract.ends_on):
            self._differs(row, "ends_on", contract, contract.ends_on.isoformat())
        rate = self._known.first_rates.get(contract.pk)
        if row.hourly_rate not in (None, rate):
            self._differs(row, "hourly_rate", contract, NO_RATE if rate is None else str(rate))

    def _differs(self, row: ParsedRow, name: str, contract: Contract, here: str | Promise) -> None:
        sentence = _("Contract %(contract)s is here with “%(here)s”. An import changes no contract: correct the row.")
        self._report.add("contract_differs", sentence, row=row, name=name, contract=contract.reference, here=here)

    def _plan_contract(self, row: ParsedRow, customer: Customer | None, version: PackageVersion | None) -> None:
        starts_on, ends_on = row.day("starts_on"), row.day("ends_on")
        some_day = starts_on or ends_on
        if some_day is not None:
            # A day that cannot be read is checked as the other one: what is said of it is left out.
            faults_of_days = faults_of_term(starts_on or some_day, ends_on or some_day)
            self._report.add_refusals(faults_of_days, row=row, beside={})
        dedicated = self._dedicated(row, customer, version)
        currency = customer.currency if customer else row.text("currency")
        if row.hourly_rate is not None and starts_on is not None and in_calendar(starts_on) and currency in CURRENCIES:
            try:
                self._known.closed.check(currency, row.hourly_rate, starts_on)
            except Refusal as refusal:
                self._report.add_refusal(refusal, row=row, name="hourly_rate")
        if version and starts_on and ends_on and dedicated:
            self._plan.contracts.append(
                PlannedContract(
                    reference=row.text("reference"),
                    customer=customer,
                    customer_key=name_key(row.text("name")),
                    version=version,
                    starts_on=starts_on,
                    ends_on=ends_on,
                    dedicated=dedicated,
                    hourly_rate=row.hourly_rate,
                )
            )

    def _dedicated(self, row: ParsedRow, customer: Customer | None, version: PackageVersion | None) -> User | None:
        """Who is named in the row's own column, else its lead; their column is told what is wrong with them."""
        name = "lead" if not row.cells.get("dedicated") else "dedicated"
        person = self._known.people.get(row.text(name))
        # Of a new customer's lead it is said with the customer.
        if person is None and name in row.values and (name == "dedicated" or customer is not None):
            self._report.add("unknown_person", UNKNOWN_PERSON, row=row, name=name)
        if person is not None and version is not None:
            self._report.add_refusals(faults_of_dedicated(person, version), row=row, beside={"dedicated": name})
        return person
