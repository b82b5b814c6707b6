"""Loading the demo's world, once."""

import random
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import translation

from customers.models import User
from oura_success.demo_world.buyers import BUYERS, open_accounts
from oura_success.demo_world.closes import close_months
from oura_success.demo_world.deals import set_rates, sign_deals
from oura_success.demo_world.helping import help_customers
from oura_success.demo_world.library import fill_library
from oura_success.demo_world.meetings import Storyteller
from oura_success.demo_world.people import FINANCE, OPERATIONS, hire_everybody
from oura_success.demo_world.story import tell
from packages.domain.catalogue import publish_catalogue

SEED = 2026
ACCOUNTS_OPENED_BEFORE = timedelta(days=600)


@transaction.atomic
def load_world(*, now: datetime) -> bool:
    """Make the demo's world around `now`, all of it or nothing; False if it is there already."""
    if User.objects.filter(email=BUYERS[0].admin.email).exists():
        return False
    with translation.override("en"):
        publish_catalogue(now=now)
        # One hash for everybody: the password is public, and hashing it forty times takes seconds.
        password_hash = make_password(settings.DEMO_PASSWORD)
        staff = hire_everybody(password_hash=password_hash)
        operations = staff[OPERATIONS]
        opened_at = now - ACCOUNTS_OPENED_BEFORE
        accounts = open_accounts(staff, by=operations, password_hash=password_hash, now=opened_at)
        set_rates(by=operations, now=now)
        contracts = sign_deals(accounts, staff, by=operations, now=now)
        story = Storyteller(
            now=now,
            accounts=accounts,
            contracts=contracts,
            staff=staff,
            dice=random.Random(SEED),  # noqa: S311 - a world that is the same each time, not a secret
        )
        tell(story)
        help_customers(story)
        fill_library(by=operations, now=now)
        close_months(by=staff[FINANCE], now=now)
    return True
