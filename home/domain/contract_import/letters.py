"""The mail that tells who started an import how it ended."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from home.domain.contract_import.states import State
from home.models import ImportRun
from notifications.domain.kinds import Kind, register
from notifications.domain.letters import Letter, absolute_url
from notifications.domain.outbox import owe
from notifications.models import Message

FINISHED = "contract_import_finished"


def register_kinds() -> None:
    """Make this mail known to the outbox; called once by the app's configuration."""
    register(Kind(code=FINISHED, label=gettext_lazy("Import of contracts: result"), compose=_write))


def owe_result(run: ImportRun, *, now: datetime) -> None:
    """Owe who started `run` the mail that says how it ended: once for each time that it was started."""
    if run.started_by is None or run.started_at is None:
        return
    owe(
        kind=FINISHED,
        key=f"{FINISHED}:{run.pk}:{run.started_at:%Y%m%dT%H%M%S%f}",
        to=run.started_by,
        facts={"state": run.state},
        due_at=now,
        now=now,
        subject_id=run.pk,
    )


def _write(message: Message, _now: datetime) -> Letter | None:
    run = ImportRun.objects.defer("content", "faults").filter(pk=message.subject_id or 0).first()
    if run is None or run.state != message.facts["state"]:
        return None
    subjects = {
        State.DONE: _("Imported: %(file)s"),
        State.FAULTY: _("Not imported, it has faults: %(file)s"),
        State.INTERRUPTED: _("Import did not finish: %(file)s"),
    }
    return Letter(
        subject=subjects[State(run.state)] % {"file": run.file_name},
        template="contract_import_finished",
        context={
            "run": run,
            "summary": run.summary,
            "state": run.state,
            "action_url": absolute_url("contract-import-run", run.pk),
        },
    )
