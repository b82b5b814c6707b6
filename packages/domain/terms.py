"""The service terms: which bind a contract, in which languages, and who accepted them (DOMAIN.md §10)."""

import hashlib
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core.refusals import InvalidInput, NotAllowed, Refusal
from customers.domain.roles import is_admin_of
from customers.models import User
from packages.models import Contract, TermsAcceptance, TermsText, TermsVersion

PREVAILING_LANGUAGE = "en"
AGREEMENT_URL = "https://ouraring.com/business/terms-and-conditions"
"""The agreement under which overage is billed: named by the terms and by every statement."""


class NoTerms(Refusal):
    """No terms are published yet, so nothing can be signed."""


def hash_of(body: str) -> str:
    """The SHA-256 of a text as it was shown, in hexadecimal."""
    return hashlib.sha256(body.encode()).hexdigest()


def any_terms() -> bool:
    """Whether service terms are published, without which nothing is signed."""
    return TermsVersion.objects.exists()


def terms_in_force(day: date) -> TermsVersion:
    """The version in force on `day`, or the first one for a contract that was signed before there were any.

    :raises NoTerms: if none is published
    """
    versions = TermsVersion.objects.order_by("in_force_from", "pk")
    terms = versions.filter(in_force_from__lte=day).last() or versions.first()
    if terms is None:
        raise NoTerms(_("No service terms are published: publish a version before signing contracts."))
    return terms


def text_in(terms: TermsVersion, language: str) -> TermsText:
    """The text of `terms` in `language`, or the prevailing English one where there is no translation."""
    texts = {text.language: text for text in terms.texts.all()}
    return texts.get(language) or texts[PREVAILING_LANGUAGE]


def terms_accepted(contract: Contract) -> bool:
    """Whether a customer admin accepted the contract's terms."""
    return TermsAcceptance.objects.filter(contract=contract).exists()


@transaction.atomic
def accept_terms(
    *, contract: Contract, by: User, language: str, from_address: str | None, now: datetime
) -> TermsAcceptance:
    """Keep that `by` accepted the contract's terms, which text they read, and from which address.

    Accepting again keeps the first acceptance.

    :raises NotAllowed: if `by` is not a customer admin of the contract's customer
    :raises InvalidInput: if the terms have no text in `language`
    """
    if not is_admin_of(by, contract.customer_id):
        raise NotAllowed(_("The terms are accepted by a customer admin."))
    text = TermsText.objects.filter(terms=contract.terms_id, language=language).first()
    if text is None:
        raise InvalidInput(_("These terms are not available in that language."), field="language")
    Contract.objects.select_for_update(no_key=True).get(pk=contract.pk)
    acceptance, _created = TermsAcceptance.objects.get_or_create(
        contract=contract,
        defaults={
            "text": text,
            "sha256": text.sha256,
            "accepted_by": by,
            "accepted_at": now,
            "from_address": from_address,
        },
    )
    return acceptance
