"""How much of an upload is taken at all: a stream without end is cut off, whoever sends it and wherever."""

from typing import TYPE_CHECKING

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest

if TYPE_CHECKING:
    Upload = UploadedFile[bytes]
else:  # Django's class takes no parameters at run time
    Upload = UploadedFile

MOST_BYTES = 10 * 1024 * 1024
"""All files of one request together, in bytes."""
_MARK = "portal.upload_cut_off"


class BoundedUploadHandler(FileUploadHandler):
    """Stands before the handlers that store: what is above `MOST_BYTES` never reaches them, so never the disk.

    The fields that were read before the cut are there, so that a form comes back with what was typed; its files are
    gone, and `was_cut_off` says so.
    """

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self._taken = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """Hand the chunk on, or cut the upload off."""
        self._taken += len(raw_data)
        if self._taken > MOST_BYTES:
            assert self.request is not None, "a handler of a request"
            self.request.META[_MARK] = "yes"
            raise StopUpload(connection_reset=True)
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """The handlers that store make the file."""


def was_cut_off(request: HttpRequest) -> bool:
    """Whether more was sent with `request` than is taken, so that none of its files is there."""
    return _MARK in request.META
