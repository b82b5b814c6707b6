"""Floors that security notices and measured defects set (RELIABILITY 15), in what is declared, locked and installed."""

import re
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest
from django.core.management import call_command
from packaging.requirements import Requirement
from packaging.version import Version

from dev.paths import ROOT

FLOORS = {
    "django": "5.2.19",  # LTS with the notices of autumn 2026
    "django-allauth": "65.21.1",  # eleven releases with security notices in three months
    "celery": "5.7.0",
    "kombu": "5.7.0",
    "djangorestframework": "3.18.0",
    "redis": "8.1.0",
}
DECLARED = ("django", "django-allauth", "celery", "djangorestframework", "redis")
LOCKS = ("requirements.txt", "requirements-demo.txt", "requirements-dev.txt")


def declared() -> dict[str, Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return {requirement.name: requirement for requirement in map(Requirement, project["dependencies"])}


def locked(lock: Path) -> dict[str, Version]:
    pins = re.findall(r"^([a-z0-9-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", lock.read_text(), re.MULTILINE)
    return {name: Version(pin) for name, pin in pins}


@pytest.mark.parametrize("name", FLOORS)
def test_what_is_installed_and_locked_is_not_below_its_floor(name: str) -> None:
    floor = Version(FLOORS[name])
    assert Version(version(name)) >= floor
    for lock in LOCKS:
        assert locked(ROOT / lock)[name] >= floor, lock


@pytest.mark.parametrize("name", DECLARED)
def test_what_is_declared_admits_nothing_far_below_its_floor(name: str) -> None:
    floor = Version(FLOORS[name])
    before = f"{floor.major}.{floor.minor - 1}" if floor.minor else f"{floor.major - 1}"
    assert not declared()[name].specifier.contains(before)


def test_every_lock_pins_with_hashes() -> None:
    for lock in LOCKS:
        text = (ROOT / lock).read_text()
        assert len(re.findall(r"^[a-z0-9-]+.*==", text, re.MULTILINE)) <= text.count("--hash=sha256:")
        assert "--index-url" not in text


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
