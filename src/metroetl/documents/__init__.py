"""Documents: bytes of pages and files to text with offsets, blocks, tables and metadata.

Pure: no network, no database. Readers and their libraries are imported when a file of their kind is met.
"""

from metroetl.documents.decode import decode
from metroetl.documents.folder import read_folder
from metroetl.documents.members import Member, is_archive, member_url, open_members
from metroetl.documents.parts import find_parts
from metroetl.documents.reading import content_hash, find_attachments, read_document
from metroetl.documents.saved import saved_from

__all__ = [
    "Member",
    "content_hash",
    "decode",
    "find_attachments",
    "find_parts",
    "is_archive",
    "member_url",
    "open_members",
    "read_document",
    "read_folder",
    "saved_from",
]
