"""Ways to spoil a diagram: in its bytes, and in its structure so that it is still XML."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from random import Random

from lxml import etree

Element = etree._Element
TEXTS = (
    "",
    "0",
    "-1",
    "P1D",
    "R/PT1S",
    "结论 == '退回'",
    "1 / 0",
    "甲.乙.丙",
    "（",
    "x" * 5000,
    "${x}",
    "=a",
)


def damaged(source: bytes, chance: Random) -> bytes:
    """One to four faults of a kind; three times in four the result is well-formed."""
    if chance.random() < 0.25:
        return _bytes(source, chance)
    root = etree.fromstring(source, etree.XMLParser(recover=True))
    for _ in range(chance.randint(1, 4)):
        elements = list(root.iterdescendants(etree.Element))
        if elements:
            chance.choice(FAULTS)(chance.choice(elements), elements, chance)
    return etree.tostring(root)


def _bytes(source: bytes, chance: Random) -> bytes:
    spoiled = bytearray(source)
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(spoiled))
        match chance.randrange(3):
            case 0:
                spoiled[at] = chance.randrange(256)
            case 1:
                del spoiled[at : at + chance.randint(1, 40)]
            case _:
                spoiled[at:at] = spoiled[at : at + chance.randint(1, 200)]
    return bytes(spoiled)


def _remove(element: Element, _elements: list[Element], _chance: Random) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _double(element: Element, _elements: list[Element], _chance: Random) -> None:
    element.addnext(deepcopy(element))


def _move(element: Element, elements: list[Element], chance: Random) -> None:
    """Into another element, unless that would put it into itself."""
    target = chance.choice(elements)
    if element not in (target, *target.iterancestors()):
        target.append(element)


def _rename(element: Element, elements: list[Element], chance: Random) -> None:
    element.tag = chance.choice(elements).tag


def _point_elsewhere(element: Element, elements: list[Element], chance: Random) -> None:
    """Give an attribute the value that another element has there or anywhere."""
    other = chance.choice(elements)
    if _names(element) and other.attrib:
        element.set(chance.choice(_names(element)), str(chance.choice(list(other.attrib.values()))))


def _names(element: Element) -> list[str]:
    """The attributes that can be set; one with a prefix that was never declared can't."""
    return [name for name in map(str, element.attrib) if name.startswith("{") or ":" not in name]


def _forget(element: Element, _elements: list[Element], chance: Random) -> None:
    if element.attrib:
        del element.attrib[chance.choice(list(element.attrib))]


def _say_something_else(element: Element, _elements: list[Element], chance: Random) -> None:
    if _names(element) and chance.random() < 0.5:
        element.set(chance.choice(_names(element)), chance.choice(TEXTS))
    else:
        element.text = chance.choice(TEXTS)


Fault = Callable[[Element, list[Element], Random], None]
FAULTS: tuple[Fault, ...] = (_remove, _double, _move, _rename, _point_elsewhere, _forget, _say_something_else)
