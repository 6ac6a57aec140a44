"""What tests of pages share: somebody signed in, a photo, a part of a page by its id."""

import io
import re
from html.parser import HTMLParser
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from PIL import Image

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


def signed_in(person: Any) -> Client:
    client = Client()
    client.force_login(person)
    return client


def photo(name: str = "漏水.png", *, side: int = 8) -> SimpleUploadedFile:
    drawn = io.BytesIO()
    Image.new("RGB", (side, side), "#1554c0").save(drawn, "PNG")
    return SimpleUploadedFile(name, drawn.getvalue(), "image/png")


def words(answer: HttpResponse) -> str:
    return answer.content.decode()


def actions_on(answer: HttpResponse) -> set[str]:
    """Codes of the moves a page offers: links to a form, and forms that post."""
    html = words(answer)
    forms = set(re.findall(r'action="/grievances/MC[0-9-]+/([a-z-]+)/"', html))
    return set(re.findall(r"\?do=([a-z-]+)", html)) | (forms - {"reveal", "rate-again", "note", "progress-link"})


class _Part(HTMLParser):
    def __init__(self, wanted: str) -> None:
        super().__init__(convert_charrefs=False)
        self.wanted, self.depth, self.found = wanted, 0, []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if self.depth or ("id", self.wanted) in attrs:
            self.found.append(self.get_starttag_text())
            self.depth += tag not in VOID

    def handle_startendtag(self, tag: str, attrs: Any) -> None:
        if self.depth:
            self.found.append(self.get_starttag_text())

    def handle_endtag(self, tag: str) -> None:
        if self.depth:
            self.found.append(f"</{tag}>")
            self.depth -= 1

    def handle_data(self, data: str) -> None:
        if self.depth:
            self.found.append(data)

    handle_entityref = handle_charref = lambda self, name: self.found.append(f"&{name};") if self.depth else None


def part(html: str, wanted: str) -> str:
    """The element with this id, with what changes at every rendering (tokens, keys) evened out."""
    parser = _Part(wanted)
    parser.feed(html)
    text = re.sub(r'(name="(?:csrfmiddlewaretoken|idempotency_key)" value=")[^"]*', r"\1", "".join(parser.found))
    return re.sub(r"mask-[0-9a-f]{8}", "mask", re.sub(r"\s+", " ", text)).strip()
