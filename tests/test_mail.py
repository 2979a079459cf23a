"""Outgoing mail against a real SMTP server: what arrives, TLS, passwords, refusals, a server that is not there."""

from __future__ import annotations

import ssl
import subprocess
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from emulation.config import Settings
from emulation.mail import Mail, MailTrouble, Postbox, Server, compose
from tests.mailbox import Inbox, free_port, serving

NOW = datetime(2022, 6, 13, 0, 30, tzinfo=UTC)
SENDER = "Thi đua - Khen thưởng <thidua@bo.example>"
MAIL = Mail("Phạm Thị Thu Hà", "ha@so.example", "Còn 7 ngày để nộp phiếu", "Kính gửi,\n.\nHết.\n", "<p>Kính gửi,</p>")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for localhost, made for this run, and its key in one file."""
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", "key.pem", "-out", "cert.pem"],
        cwd=folder,
        check=True,
        capture_output=True,
    )  # fmt: skip
    return folder


def trouble_of(server: Server, mail: Mail = MAIL, **options: Any) -> MailTrouble:
    with Postbox(server, timeout=5, **options) as box, pytest.raises(MailTrouble) as found:
        box.send(mail, now=NOW)
    return found.value


def test_letter_arrives_with_headers_in_utf8_and_both_bodies() -> None:
    inbox = Inbox()
    with serving(inbox) as port, Postbox(Server.of(f"smtp://127.0.0.1:{port}", SENDER)) as box:
        box.send(MAIL, now=NOW)
        box.send(Mail("B", "b@so.example", "Hai", "2", "<p>2</p>"), now=NOW)
    assert [to for to, _ in inbox.letters] == [["ha@so.example"], ["b@so.example"]]
    raw = inbox.letters[0][1]
    assert raw.isascii()  # encoded words and quoted-printable: any server takes it
    message = inbox.messages[0]
    assert message["Subject"] == "Còn 7 ngày để nộp phiếu"
    assert message["To"].addresses[0].display_name == "Phạm Thị Thu Hà"
    assert message["From"].addresses[0].addr_spec == "thidua@bo.example"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"].datetime == NOW
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert html is not None
    assert text.get_content().splitlines() == ["Kính gửi,", ".", "Hết."]
    assert html.get_content().strip() == "<p>Kính gửi,</p>"


def test_nothing_typed_begins_another_header() -> None:
    evil = Mail("A\r\nBcc: all@so.example", "a@so.example", "x\r\nBcc: all@so.example\n\nbody", "t", "h")
    message = message_from_bytes(compose(evil, SENDER, now=NOW), policy=policy.default)
    assert message["Bcc"] is None
    assert message["Subject"] == "x Bcc: all@so.example body"


LONG = "Đơn vị được gia hạn nộp phiếu thi đua 2022-2023 đến 17:00 ngày 07/12/2026, a b c <x@y.example> "


@pytest.mark.parametrize("length", [1, 20, 31, 40, 59, 60, 61, 90, 119, 200])
def test_long_headers_come_out_as_they_went_in(length: int) -> None:
    text = (3 * LONG)[:length].strip()
    raw = compose(Mail(text, "a@so.example", text, text, f"<p>{text}</p>"), SENDER, now=NOW)
    message = message_from_bytes(raw)  # its older reader: the newer one puts spaces between the parts of a name
    assert str(make_header(decode_header(message["Subject"]))) == text
    assert str(make_header(decode_header(message["To"]))) == f"{text} <a@so.example>"
    assert raw.isascii()
    assert max(len(line) for line in raw.split(b"\r\n")) <= 90
    assert b"\n" not in raw.replace(b"\r\n", b"")


@pytest.mark.parametrize("address", ["", "không-có-a-còng", "a@", "ha@bộ.example", "a b@c.example", "a@b.example\r\nx"])
def test_address_that_is_none_is_trouble_before_anything_is_sent(address: str) -> None:
    with pytest.raises(MailTrouble) as found:
        compose(Mail("A", address, "x", "t", "h"), SENDER, now=NOW)
    assert found.value.is_sure


def test_refused_recipient_does_not_stop_the_next() -> None:
    inbox = Inbox()
    inbox.refuse = {"gone@so.example"}
    with serving(inbox) as port, Postbox(Server.of(f"smtp://127.0.0.1:{port}", SENDER)) as box:
        with pytest.raises(MailTrouble) as found:
            box.send(Mail("G", "gone@so.example", "x", "t", "h"), now=NOW)
        box.send(MAIL, now=NOW)
    assert (str(found.value), found.value.is_sure) == ("Máy chủ thư từ chối: 550 5.1.1 No such user here", True)
    assert [to for to, _ in inbox.letters] == [["ha@so.example"]]


def test_connection_that_breaks_in_the_letter_leaves_its_end_unknown() -> None:
    inbox = Inbox()
    inbox.drop = True
    with serving(inbox) as port:
        found = trouble_of(Server.of(f"smtp://127.0.0.1:{port}", SENDER))
    assert not found.is_sure


def test_server_that_is_down_is_sure_trouble() -> None:
    port = free_port()
    found = trouble_of(Server.of(f"smtp://u:bi-mat@127.0.0.1:{port}", SENDER))
    assert (str(found), found.is_sure) == (f"Không kết nối được máy chủ thư 127.0.0.1:{port}.", True)


def accept(user: bytes, password: bytes) -> Any:
    """Takes this account only."""

    def authenticate(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        return AuthResult(success=(data.login, data.password) == (user, password), handled=False)

    return authenticate


def test_starttls_and_account(certificate: Path) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    trusted = ssl.create_default_context(cafile=str(certificate / "cert.pem"))
    inbox = Inbox()
    account = accept(b"vu@bo.example", b"mat/khau@")
    with serving(inbox, tls_context=context, authenticator=account, auth_required=True) as port:
        url = f"smtp://vu%40bo.example:{{}}@localhost:{port}"
        with Postbox(Server.of(url.format("mat%2Fkhau%40"), SENDER), context=trusted) as box:
            box.send(MAIL, now=NOW)
        wrong = trouble_of(Server.of(url.format("sai-bi-mat"), SENDER), context=trusted)
        untrusted = trouble_of(Server.of(url.format("bi-mat"), SENDER))  # nobody has signed the certificate
    assert inbox.was_encrypted == [True]
    assert (str(wrong), wrong.is_sure) == ("Máy chủ thư không nhận tài khoản gửi (mã 535).", True)
    assert str(untrusted).startswith("Không lập được kết nối mã hóa với máy chủ thư")
    assert "bi-mat" not in f"{wrong!r}{untrusted!r}"


@pytest.mark.parametrize(
    ("url", "sender"),
    [
        ("thidua", SENDER),
        ("http://u:bi-mat@bo.example", SENDER),
        ("smtp://", SENDER),
        ("smtp://u:bi-mat@bo.example:nghin", SENDER),
        ("smtp://u:bi-mat@bo.example/x", SENDER),
        ("smtp://u:bi-mat%E1%BA%ADt@bo.example", SENDER),
        ("smtp://u:bi-mat@bo.example", "Thi đua"),
    ],
)
def test_wrong_settings_are_refused_without_the_password(url: str, sender: str) -> None:
    with pytest.raises(MailTrouble) as found:
        Server.of(url, sender)
    assert "bi-mat" not in f"{found.value}{found.value!r}{found.value.advice}"
    assert "EMULATION_" not in str(found.value)  # users read it
    assert "EMULATION_" in found.value.advice


def test_settings_do_not_show_the_password() -> None:
    settings = Settings(smtp_url="smtp://u:bi-mat@bo.example:587")
    server = Server.of(settings.smtp_url, SENDER)
    assert (server.port, server.password, server.is_tls) == (587, "bi-mat", False)
    assert Server.of("smtps://bo.example", SENDER).port == 465
    assert "bi-mat" not in f"{settings}{server}"
