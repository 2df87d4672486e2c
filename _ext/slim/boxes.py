"""Exercises, solutions and other boxes that open: badges, and folding that needs no script.

The title of an exercise, or of a task in a lab, reads ``What it says · ●●○ · 10 min``. The dots
become an image with a name that can be spoken, the minutes a quiet label; neither is repeated over
the solution.
"""

from __future__ import annotations

import re

from bs4 import BeautifulSoup, NavigableString, Tag

MARKS = re.compile(r"\s*·\s*(?P<dots>[●○]{3})\s*·\s*(?P<minutes>\d+ min)\s*")


def badge(soup: BeautifulSoup, dots: str, minutes: str) -> Tag:
    """Difficulty and minutes, as they stand at the right of a title."""
    level = soup.new_tag("span", attrs={
        "class": "difficulty", "role": "img", "aria-label": f"difficulty {dots.count('●')} of 3",
    })  # fmt: skip
    level.string = dots
    time = soup.new_tag("span", attrs={"class": "minutes"})
    time.string = minutes
    whole = soup.new_tag("span", attrs={"class": "badge-exercise"})
    whole.extend([level, " ", time])
    return whole


def titles(soup: BeautifulSoup) -> None:
    """Badges behind the titles of exercises; the parentheses around the words go."""
    for title in soup.select(".exercise > .admonition-title, .solution > .admonition-title"):
        found = None
        for text in list(title.find_all(string=True)):
            said = str(text)
            found = MARKS.search(said) or found
            said = MARKS.sub("", said)
            if said != str(text):
                text.replace_with(NavigableString(said))
        if found and "exercise" in title.parent["class"]:
            title.extend([" ", badge(soup, found["dots"], found["minutes"])])
        parts = [text for text in title.find_all(string=True) if text.strip()]
        opened = next((t for t in parts if t.lstrip().startswith("(")), None)
        closed = next((t for t in reversed(parts) if t.rstrip().endswith(")")), None)
        if "exercise" in title.parent["class"] and opened is not None and closed is not None:
            if opened is closed:
                opened.replace_with(NavigableString(opened.strip()[1:-1]))
            else:
                opened.replace_with(NavigableString(opened.lstrip()[1:]))
                closed.replace_with(NavigableString(closed.rstrip()[:-1]))


def headings(soup: BeautifulSoup) -> None:
    """The same badges behind the headings of a lab's tasks; its table of contents goes without."""
    for text in soup.select_one("article").find_all(string=MARKS) if soup.article else ():
        if text.parent.name in {"h2", "h3", "h4"}:
            found = MARKS.search(text)
            text.insert_after(" ", badge(soup, found["dots"], found["minutes"]))
            text.replace_with(NavigableString(MARKS.sub("", text)))
    for link in soup.select(".page-toc a"):
        for text in link.find_all(string=MARKS):
            text.replace_with(NavigableString(MARKS.sub("", text)))


def contents(soup: BeautifulSoup) -> None:
    """The inside of a box is no section: it has no heading, and its id is given many times."""
    for inside in soup.select("section#exercise-content, section#solution-content"):
        inside.name = "div"
        del inside["id"]


def folding(soup: BeautifulSoup) -> None:
    """A box of class `dropdown` becomes `details`, which opens without a script."""
    for box in soup.select("article .admonition.dropdown"):
        title = box.select_one(".admonition-title")
        if title is None:
            continue
        box.name = "details"
        box["class"] = [name for name in box["class"] if name not in {"dropdown", "toggle"}]
        if "solution" in box["class"]:
            # A link inside the summary would compete with opening it.
            for link in title.find_all("a"):
                link.unwrap()
        title.name = "summary"


def treat(soup: BeautifulSoup) -> None:
    """All of the above."""
    titles(soup)
    headings(soup)
    contents(soup)
    folding(soup)
