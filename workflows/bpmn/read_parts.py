"""What an element says in one word: its tag, text, line, flags and references."""

from __future__ import annotations

from lxml import etree

from workflows.bpmn.model import BPMN


def tag_and_namespace(element: etree._Element) -> tuple[str, str]:
    name = etree.QName(element)
    return name.localname, name.namespace or ""


def local(element: etree._Element) -> str | None:
    """The BPMN tag; None for elements of other namespaces."""
    mark = f"{{{BPMN}}}"
    tag = element.tag
    return tag[len(mark) :] if tag.startswith(mark) else None


def text_of(element: etree._Element, tag: str) -> str | None:
    """The text of the first such child, with its children's text; None when there is no such child."""
    found = element.find(f"{{{BPMN}}}{tag}")
    return None if found is None else "".join(str(part) for part in found.itertext()).strip()


def line_of(element: etree._Element) -> int:
    line: object = element.sourceline
    return line if isinstance(line, int) else 0


def flag(element: etree._Element, name: str, *, default: bool) -> bool:
    value = element.get(name)
    return default if value is None else value.strip() in ("true", "1")


def bare(reference: str | None) -> str:
    """A reference without its namespace prefix."""
    return (reference or "").strip().rpartition(":")[2]
