"""Outgoing mail: the only place that speaks SMTP. What a letter says is made in documents/mail.py."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass, field
from datetime import datetime
from email.charset import QP, Charset
from email.errors import HeaderParseError
from email.header import Header
from email.headerregistry import Address
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.policy import compat32
from email.utils import format_datetime, make_msgid, parseaddr
from types import TracebackType
from typing import Self
from urllib.parse import unquote, urlsplit

from emulation.words import N_, Phrase

QUOTED = Charset("utf-8")
QUOTED.body_encoding = QP
TIMEOUT = 15  # seconds that one answer of the server may take
WRONG = N_("Máy chủ thư cài đặt chưa đúng.")
LOOPBACK = ("localhost", "127.0.0.1", "::1")


class MailTrouble(Exception):
    """A letter that did not go out, as a sentence without any password. `is_sure`: it surely was not delivered.

    `advice` names settings, for the command line only.
    """

    def __init__(self, sentence: str, *, is_sure: bool = True, advice: str = "", **values: object) -> None:
        self.phrase = Phrase(sentence, values)
        self.is_sure = is_sure
        self.advice = advice
        super().__init__(sentence)

    def __str__(self) -> str:
        return str(self.phrase)


@dataclass(frozen=True)
class Server:
    """Where mail goes out: smtp://user:password@host:587 (STARTTLS where offered) or smtps://... (TLS at once)."""

    host: str
    port: int
    sender: str  # "Thi đua <thidua@bo.example>"
    user: str = ""
    password: str = field(default="", repr=False)
    is_tls: bool = False

    @classmethod
    def of(cls, url: str, sender: str) -> Self:
        """The server of the settings.

        Raises:
            MailTrouble: no such address, or no sender. The address is not repeated: it holds a password.
        """
        trouble = MailTrouble(
            WRONG, advice="EMULATION_SMTP_URL phải có dạng smtp://người-dùng:mật-khẩu@máy-chủ:587 hoặc smtps://..."
        )
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise trouble from None
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname or parts.path not in ("", "/") or parts.query:
            raise trouble
        is_tls = parts.scheme == "smtps"
        if "@" not in parseaddr(sender)[1]:
            raise MailTrouble(WRONG, advice="EMULATION_MAIL_SENDER phải là một địa chỉ thư, như thidua@bo.example.")
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        if not f"{user}{password}{parts.hostname}".isascii():  # Python's smtplib sends no other letters
            raise MailTrouble(
                WRONG, advice="Người dùng, mật khẩu và máy chủ trong EMULATION_SMTP_URL chỉ dùng được ký tự ASCII."
            )
        return cls(parts.hostname, port or (465 if is_tls else 587), sender, user, password, is_tls)


@dataclass(frozen=True)
class Mail:
    """One letter to one person."""

    name: str
    address: str
    subject: str
    text: str
    html: str


def compose(mail: Mail, sender: str, *, now: datetime) -> bytes:
    """The message as it goes out: plain text and HTML, headers in UTF-8, all of it ASCII on the line.

    The older classes of the standard library: EmailMessage (Python 3.11) loses a space where it folds a long subject.

    Raises:
        MailTrouble: the recipient's address is none.
    """
    message = MIMEMultipart("alternative")
    name, address = parseaddr(sender)
    message["From"] = mailbox(name, address)
    message["To"] = mailbox(mail.name, mail.address)
    message["Subject"] = Header(one_line(mail.subject), "utf-8", header_name="Subject").encode(linesep="\r\n")
    message["Date"] = format_datetime(now)
    message["Message-ID"] = make_msgid(domain=address.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"  # no out-of-office answers (RFC 3834)
    message["Content-Language"] = "vi"
    for text, kind in ((mail.text, "plain"), (mail.html, "html")):
        part = MIMENonMultipart("text", kind, charset="utf-8")
        part.set_payload(text, QUOTED)
        message.attach(part)
    return message.as_bytes(policy=compat32.clone(linesep="\r\n"))


def mailbox(name: str, address: str) -> str:
    """A name and an address as they stand in a header.

    Raises:
        MailTrouble: the address is none.
    """
    try:
        checked = Address(addr_spec=address)
        address.encode("ascii")
    except (ValueError, IndexError, UnicodeError, HeaderParseError) as error:
        raise MailTrouble(N_("Địa chỉ thư không dùng được.")) from error
    if not (checked.username and checked.domain):
        raise MailTrouble(N_("Địa chỉ thư không dùng được."))
    shown = one_line(name)
    words = Header(shown, "utf-8", maxlinelen=60).encode(linesep="\r\n")
    return f"{words} <{address}>" if shown else address


def one_line(text: str) -> str:
    """Text that cannot begin another header."""
    return " ".join(text.split())


class Postbox:
    """A connection to the server, opened at the first letter and again where the server has closed it."""

    def __init__(self, server: Server, *, context: ssl.SSLContext | None = None, timeout: float = TIMEOUT) -> None:
        self.server = server
        self._context = context
        self._timeout = timeout
        self._open: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the connection, if there is one."""
        opened, self._open = self._open, None
        if opened is not None:
            try:
                opened.quit()
            except (smtplib.SMTPException, OSError):
                opened.close()

    def send(self, mail: Mail, *, now: datetime) -> None:
        """Hand one letter over to the server.

        Raises:
            MailTrouble: it was refused, or the server cannot be reached; not `is_sure` where the connection broke
                after the letter was on its way.
        """
        message = compose(mail, self.server.sender, now=now)
        self._envelope(mail)
        assert self._open is not None
        try:
            code, reply = self._open.data(message)
        except smtplib.SMTPDataError as error:
            self._forget()
            raise refused(error.smtp_code, error.smtp_error) from error
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            raise MailTrouble(N_("Mất kết nối khi đang gửi; không rõ thư đã đi chưa."), is_sure=False) from error
        if code != 250:
            self._forget()
            raise refused(code, reply)

    def _envelope(self, mail: Mail) -> None:
        """Sender and recipient; nothing of the letter has gone yet, so that a broken connection is made anew once."""
        address = parseaddr(self.server.sender)[1]
        for attempt in (1, 2):
            if self._open is None:
                self._open = self._connect()
            try:
                code, reply = self._open.mail(address)
                if code == 250:
                    code, reply = self._open.rcpt(mail.address)
            except (smtplib.SMTPException, OSError) as error:
                self._drop()
                if attempt == 2:
                    raise MailTrouble(N_("Máy chủ thư ngắt kết nối.")) from error
                continue
            if code not in (250, 251):
                self._forget()
                raise refused(code, reply)
            return

    def _connect(self) -> smtplib.SMTP:
        server, context = self.server, self._context or ssl.create_default_context()
        opened: smtplib.SMTP | None = None
        try:
            if server.is_tls:
                opened = smtplib.SMTP_SSL(server.host, server.port, timeout=self._timeout, context=context)
            else:
                opened = smtplib.SMTP(server.host, server.port, timeout=self._timeout)
            opened.ehlo()
            if not server.is_tls and opened.has_extn("starttls"):
                opened.starttls(context=context)
                opened.ehlo()
            elif not server.is_tls and server.password and server.host not in LOOPBACK:
                raise MailTrouble(N_("Máy chủ thư không có STARTTLS; mật khẩu không được gửi đi không mã hóa."))
            if server.user:
                opened.login(server.user, server.password)
        except MailTrouble:
            _end(opened)
            raise
        except smtplib.SMTPAuthenticationError as error:
            _end(opened)
            raise MailTrouble(N_("Máy chủ thư không nhận tài khoản gửi (mã %(code)s)."), code=error.smtp_code) from None
        except ssl.SSLError as error:
            _end(opened)
            raise MailTrouble(N_("Không lập được kết nối mã hóa với máy chủ thư: %(why)s."), why=error.reason) from None
        except (smtplib.SMTPException, OSError, UnicodeError) as error:  # UnicodeError: a name that is no host
            _end(opened)
            where = f"{server.host}:{server.port}"
            raise MailTrouble(N_("Không kết nối được máy chủ thư %(where)s."), where=where) from error
        return opened

    def _forget(self) -> None:
        """The server has refused; the connection goes on."""
        if self._open is not None:
            try:
                self._open.rset()
            except (smtplib.SMTPException, OSError):
                self._drop()

    def _drop(self) -> None:
        opened, self._open = self._open, None
        _end(opened)


def _end(opened: smtplib.SMTP | None) -> None:
    if opened is not None:
        opened.close()


def refused(code: int, reply: bytes | str) -> MailTrouble:
    """The server's refusal with its own words, which people look up."""
    words = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    return MailTrouble(N_("Máy chủ thư từ chối: %(code)s %(words)s"), code=code, words=one_line(words)[:200])
