"""Opens the ZIP package of an Office file without trusting it: bounded in size and number, XML without entities or network."""

from __future__ import annotations

import io
import zipfile
import zlib

from lxml import etree

from pipeline.stages.parse.found import Unreadable

# Bytes after unpacking: of one part and of all that are read; policy documents of a thousand pages stay far below.
MAX_PART = 80 * 1024 * 1024
MAX_TOTAL = 200 * 1024 * 1024
MAX_ENTRIES = 20_000
# Elements of one part: an XML of nothing but tags takes far more memory than its bytes.
MAX_ELEMENTS = 3_000_000

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


class Package:
    """The parts of an Office file.

    Args:
        data: the file.

    Raises:
        Unreadable: if it is no such file, is encrypted, or unpacks to more than it may.
    """

    def __init__(self, data: bytes) -> None:
        if data.startswith(b"\xd0\xcf\x11\xe0"):
            raise Unreadable(
                "the file is encrypted, or of an old Office format: remove the password and save it as DOCX"
            )
        try:
            self.archive = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
            raise Unreadable("the DOCX is broken or cut off: fetch it again or save it anew") from error
        entries = self.archive.infolist()
        if len(entries) > MAX_ENTRIES:
            raise Unreadable(f"the file holds {len(entries)} parts, more than any document: it was not unpacked")
        self.names = {entry.filename: entry for entry in entries}
        self.taken = 0

    def read(self, name: str) -> bytes | None:
        """The bytes of a part; None if there is none."""
        entry = self.names.get(name)
        if entry is None:
            return None
        if entry.flag_bits & 1:
            raise Unreadable("the file is encrypted: remove the password and run again")
        room = min(MAX_PART, MAX_TOTAL - self.taken)
        try:
            with self.archive.open(entry) as part:
                # The size that the archive declares may be a lie, so only as much is unpacked as there is room for.
                data = part.read(room + 1)
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            OSError,
            NotImplementedError,
            RuntimeError,
            ValueError,
        ) as error:
            raise Unreadable("the DOCX is broken or cut off: fetch it again or save it anew") from error
        if len(data) > room:
            raise Unreadable(
                f"the file unpacks to more than {MAX_PART >> 20} MB of text: no document does, so it was not read"
            )
        self.taken += len(data)
        return data

    def xml(self, name: str) -> etree._Element | None:
        """The root element of a part; None if there is no such part.

        Raises:
            Unreadable: if it is not well-formed.
        """
        data = self.read(name)
        if data is None:
            return None
        if b"<!DOCTYPE" in data[:4096] or b"<!ENTITY" in data:
            raise Unreadable("the file declares XML entities, which no Office program writes: it was not read")
        if data.count(b"<") > 2 * MAX_ELEMENTS:
            raise Unreadable("the file holds more elements than any document: it was not read")
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True
        )
        try:
            return etree.fromstring(data, parser)
        except (etree.XMLSyntaxError, ValueError) as error:
            raise Unreadable("the DOCX is broken or cut off: its XML is not well-formed") from error
