"""Make elements."""

from __future__ import annotations

from xml.etree import ElementTree as ET


def element(name: str, classes: str = "", *children: ET.Element | str) -> ET.Element:
    made = ET.Element(name, {"class": classes} if classes else {})
    for child in children:
        if isinstance(child, ET.Element):
            made.append(child)
        else:
            made.text = child
    return made
