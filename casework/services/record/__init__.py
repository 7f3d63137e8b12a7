"""The record beyond the token: its only writers. Each change is one transaction under the case's lock, with one line."""

from casework.services.record.documents import NewVersion, ensure_documents, hand_in, missing_documents
from casework.services.record.instruments import NewInstrument, issue, revoke
from casework.services.record.parties import NewParty, add_party, remove_party, reveal_field, reveal_party
from casework.services.record.places import NewPlace, add_place

__all__ = [
    "NewInstrument",
    "NewParty",
    "NewPlace",
    "NewVersion",
    "add_party",
    "add_place",
    "ensure_documents",
    "hand_in",
    "issue",
    "missing_documents",
    "remove_party",
    "reveal_field",
    "reveal_party",
    "revoke",
]
