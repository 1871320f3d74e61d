"""Documents: bytes of pages and files to text with offsets, blocks, tables and metadata.

Pure: no network, no database. Readers and their libraries are imported when a file of their kind is met.
"""

from metroetl.documents.decode import decode
from metroetl.documents.folder import read_folder
from metroetl.documents.parts import find_parts
from metroetl.documents.reading import content_hash, find_attachments, read_document

__all__ = ["content_hash", "decode", "find_attachments", "find_parts", "read_document", "read_folder"]
