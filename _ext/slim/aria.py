"""Mend what the theme and some extensions tell a screen reader wrongly."""

from __future__ import annotations

from bs4 import BeautifulSoup


def buttons(soup: BeautifulSoup) -> None:
    """A button is named by what it shows; the color switch by one name for its three icons."""
    for button in soup.select("button.search-button-field[aria-label]"):
        del button["aria-label"]  # it differs from the text that the button shows
    for button in soup.select("button.theme-switch-button"):
        button["aria-label"] = button["title"] = "Color mode"
        for icon in button.select("i, span, svg"):
            icon["aria-hidden"] = "true"
            icon.attrs.pop("title", None)
    for icon in soup.select("i[class*='fa-'], span[class*='fa-']"):
        icon["aria-hidden"] = "true"
    for button in soup.select("button.sidebar-toggle[title]"):
        button["aria-label"] = button["title"]


def landmarks(soup: BeautifulSoup) -> None:
    """Name the two side columns."""
    for name, label in (("primary", "Book"), ("secondary", "Page")):
        side = soup.select_one(f"#pst-{name}-sidebar")
        if side is not None and not side.has_attr("role"):
            side["role"], side["aria-label"] = "complementary", label


def tables(soup: BeautifulSoup) -> None:
    """A header cell says something; an empty corner is an ordinary cell."""
    for cell in soup.select("article thead th"):
        if not cell.get_text(strip=True):
            cell.name = "td"


def lists(soup: BeautifulSoup) -> None:
    """The items of a bibliography are items of a list; a check box is named by its line."""
    for item in soup.select("[role=list].citation-list > *"):
        item["role"] = "listitem"
    for box in soup.select("input.task-list-item-checkbox"):
        box["aria-label"] = box.parent.get_text(" ", strip=True)[:80]
    for summary in soup.select("article details > summary[aria-label]"):
        del summary["aria-label"]  # it differs from the text that is shown
    for summary in soup.select(".bd-links li > details > summary"):
        page = summary.find_parent("li").find("a", recursive=False)
        summary["aria-label"] = f"Pages under {page.get_text(strip=True) if page else 'this one'}"


def headings(soup: BeautifulSoup) -> None:
    """The heading that the theme adds for paper stays out of the page that is read on a screen."""
    printed = soup.select_one("#jb-print-docs-body")
    if printed is not None:
        printed.decompose()


def treat(soup: BeautifulSoup) -> None:
    """All of the above."""
    for mend in (buttons, landmarks, tables, lists, headings):
        mend(soup)
