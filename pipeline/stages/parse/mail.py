"""Mail (.eml): its subject, who sent it when, and its text; attachments are named as not read."""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage

from pipeline.config import ParseSettings
from pipeline.records import PageSize
from pipeline.stages.parse.encoding import EncodingError, decode
from pipeline.stages.parse.found import Found, Unreadable
from pipeline.stages.parse.model import Draft
from pipeline.stages.parse.plain import plain_drafts
from pipeline.stages.parse.written import paragraph, written_blocks

SHOWN = ("From", "To", "Date")


def read_mail(document: str, data: bytes, settings: ParseSettings) -> Found:
    """The blocks of a mail.

    Args:
        document: its id.
        data: the file.
        settings: the limits.

    Raises:
        Unreadable: if it holds no text.
    """
    message = email.message_from_bytes(data, policy=email.policy.default)
    if not isinstance(message, EmailMessage):
        raise Unreadable("the mail cannot be read")
    drafts = _head(message)
    body = _body(message)
    if body:
        drafts += body
    failures = tuple(
        (0, f"the attachment {name!r} was not read: save it as a file of its own")
        for name in (_name(part) for part in message.walk() if part.get_content_disposition() == "attachment")
    )
    if not body and not failures:
        raise Unreadable("the mail holds no text")
    return Found(
        pages=(PageSize(page=1, width=0.0, height=0.0),), blocks=written_blocks(document, drafts), failures=failures
    )


def _name(part: object) -> str:
    try:
        return str(part.get_filename() or "without a name") if isinstance(part, EmailMessage) else "without a name"
    except (ValueError, LookupError, IndexError):
        return "without a name"


def _header(message: EmailMessage, name: str) -> str:
    try:
        return str(message.get(name) or "")
    except (ValueError, LookupError, IndexError, AttributeError):
        return ""


def _head(message: EmailMessage) -> list[Draft]:
    drafts: list[Draft] = []
    subject = _header(message, "Subject")
    if subject.strip():
        draft = paragraph(subject)
        draft.kind, draft.closed = "title", True
        drafts.append(draft)
    for name in SHOWN:
        value = _header(message, name)
        if value.strip():
            draft = paragraph(f"{name}: {value}")
            draft.kind, draft.closed = "header", True
            drafts.append(draft)
    return drafts


def _body(message: EmailMessage) -> list[Draft]:
    for wanted in ("text/html", "text/plain"):
        for part in message.walk():
            if part.get_content_type() != wanted or part.get_content_disposition() == "attachment":
                continue
            payload = part.get_payload(decode=True)
            if not isinstance(payload, bytes) or not payload.strip():
                continue
            try:
                text = decode(payload, str(part.get_content_charset() or ""))
            except EncodingError:
                continue
            if wanted == "text/html":
                from pipeline.stages.parse.web import drafts_of

                drafts = drafts_of(text)
            else:
                drafts = plain_drafts(text)
            if drafts:
                return drafts
    return []
