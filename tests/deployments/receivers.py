"""Where notifications go in tests: a web server, a mail server, and the far ends of services whose hosts can't be chosen."""

from __future__ import annotations

import json
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from email.policy import default
from http.client import parse_headers
from pathlib import Path
from typing import Any

import trustme


@dataclass(frozen=True)
class Request:
    """What a service was sent: host as it was called, path with its query, the body's bytes."""

    host: str
    path: str
    body: bytes

    @property
    def json(self) -> Any:
        """The body read as JSON."""
        return json.loads(self.body)


@dataclass
class Receiver:
    """What arrived, and where it listens; `answer` is what it says, `status` with which code."""

    port: int = 0
    got: list[Any] = field(default_factory=list)
    answer: bytes = b"{}"
    status: int = 200

    def take(self, rfile: Any, wfile: Any, host: str) -> None:
        """One HTTP request, then close."""
        path = rfile.readline().decode().split(" ")[1]
        headers = parse_headers(rfile)
        self.got.append(Request(host, path, rfile.read(int(headers.get("content-length", 0)))))
        head = f"HTTP/1.1 {self.status} OK\r\ncontent-length: {len(self.answer)}\r\nconnection: close\r\n\r\n"
        wfile.write(head.encode() + self.answer)
        wfile.flush()


@contextmanager
def serving(handle: Any) -> Iterator[Receiver]:
    """A server on a free port of this machine; `handle(receiver, handler)` answers one connection."""
    receiver = Receiver()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            handle(receiver, self)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        receiver.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield receiver
        server.shutdown()


def web() -> Any:
    """A web server that takes what is posted."""
    return serving(lambda receiver, h: receiver.take(h.rfile, h.wfile, ""))


def services(authority: trustme.CA) -> Any:
    """A proxy (CONNECT) behind which every host answers with a certificate of the authority."""

    def handle(receiver: Receiver, handler: socketserver.StreamRequestHandler) -> None:
        host = handler.rfile.readline().decode().split(" ")[1].partition(":")[0]
        parse_headers(handler.rfile)
        handler.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(host).configure_cert(context)
        with context.wrap_socket(handler.connection, server_side=True) as far:
            receiver.take(far.makefile("rb"), far.makefile("wb"), host)

    return serving(handle)


def mail(certificate: trustme.LeafCert) -> Any:
    """A mail server (SMTP with STARTTLS and a login) that keeps the messages."""

    def handle(receiver: Receiver, handler: socketserver.StreamRequestHandler) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(context)
        lines, out = handler.rfile, handler.wfile
        out.write(b"220 mail.test ESMTP\r\n")
        while line := lines.readline():
            match line.split()[0].upper():
                case b"EHLO":
                    out.write(b"250-mail.test\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n")
                case b"STARTTLS":
                    out.write(b"220 go on\r\n")
                    far = context.wrap_socket(handler.connection, server_side=True)
                    lines, out = far.makefile("rb"), far.makefile("wb", buffering=0)
                case b"AUTH":
                    out.write(b"235 welcome\r\n")
                case b"DATA":
                    out.write(b"354 go on\r\n")
                    text = b"".join(iter(lines.readline, b".\r\n"))
                    receiver.got.append(message_from_bytes(text, policy=default))
                    out.write(b"250 taken\r\n")
                case b"QUIT":
                    out.write(b"221 bye\r\n")
                    return
                case _:
                    out.write(b"250 fine\r\n")

    return serving(handle)


def text_of(message: Message) -> str:
    """The plain text of a mail."""
    part: Any = message
    return str(part.get_body(("plain",)).get_content())


def authority_file(authority: trustme.CA, folder: Path) -> Path:
    """The authority's certificate as a file."""
    file = folder / "authority.pem"
    authority.cert_pem.write_to_path(file)
    return file
