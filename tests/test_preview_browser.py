"""The preview in a real browser, as an author sees it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from PIL import Image
from playwright.sync_api import Browser, FrameLocator, Page, expect, sync_playwright

from previews import SETTINGS, Running, make_book, preview

pytestmark = pytest.mark.slow

CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
MS = 90_000


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    with preview(make_book(tmp_path / "book")) as made:
        yield made


@pytest.fixture
def page(browser: Browser, running: Running) -> Iterator[Page]:
    made = open_page(browser, running)
    yield made
    assert made.problems == []  # type: ignore[attr-defined]
    made.close()


def open_page(browser: Browser, running: Running) -> Page:
    """Open the preview and wait for its printed pages; what goes wrong in it is kept."""
    page = browser.new_page(viewport={"width": 1600, "height": 900})
    problems: list[str] = []
    page.problems = problems  # type: ignore[attr-defined]
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(running.address)
    page.locator(".sheet img[src]").first.wait_for(timeout=MS)
    page.locator("#status:not(.busy)").wait_for(state="attached", timeout=MS)
    return page


def phone(page: Page) -> FrameLocator:
    return page.frame_locator(".phone iframe")


def printed(page: Page) -> list[str]:
    """Return the addresses of the pages that are shown in print."""
    return [str(i.get_attribute("src")) for i in page.locator(".sheet img[src]").all()]


def until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + MS / 1000
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.2)


def write(running: Running, name: str, text: str) -> None:
    (running.book / name).write_text(text, encoding="utf-8")


def test_a_glossary_is_gone_to_although_earlier_chapters_change_with_it(
    page: Page, running: Running
) -> None:
    write(running, "one.md", "# One\n\nA term and a word.\n")
    write(running, "glossary.md", "# Glossary\n\nterm\n:   What is meant.\n")
    write(running, "book.toml", f'{SETTINGS}back = ["glossary.md"]\n')
    page.locator('button[data-slug="glossary"]').click(timeout=MS)
    expect(phone(page).locator("h1")).to_contain_text("Glossary", timeout=MS)
    page.locator("#status:not(.busy)").wait_for(state="attached", timeout=MS)
    write(running, "glossary.md", "# Glossary\n\nword\n:   What is meant.\n")
    expect(phone(page).locator("dt")).to_contain_text("word", timeout=MS)
    expect(page.locator('button[data-slug="glossary"]')).to_have_class(re.compile("current"))
    page.locator('button[data-slug="one"]').click()
    expect(phone(page).locator("p a")).to_contain_text("word", timeout=MS)


def test_an_edit_brings_all_panes_to_its_place(page: Page, running: Running) -> None:
    expect(phone(page).locator("h1")).to_contain_text("One")
    before = printed(page)
    write(running, "two.md", "# Two\n\nA second chapter.\n\nIts zebra words.\n")
    expect(phone(page).locator("h1")).to_contain_text("Two", timeout=MS)
    expect(phone(page).get_by_text("Its zebra words.")).to_be_visible(timeout=MS)
    expect(page.locator("#entries .current")).to_contain_text("Two")
    page.locator(".sheet.here").wait_for(timeout=MS)
    until(lambda: printed(page) != before)
    write(running, "two.md", "# Two\n\nA second chapter.\n\nIts zebra words, and three more.\n")
    expect(phone(page).get_by_text("and three more")).to_be_visible(timeout=MS)
    expect(page.locator("#changes")).to_contain_text("+3 words", timeout=MS)


def test_an_error_keeps_the_last_good_pages(page: Page, running: Running) -> None:
    count = len(printed(page))
    write(running, "book.toml", "[book\n")
    expect(page.locator("#bar")).to_contain_text("book.toml", timeout=MS)
    expect(page.locator("#findings .error")).to_have_count(1)
    assert "Traceback" not in page.content()
    assert len(printed(page)) >= count
    expect(phone(page).locator("h1")).to_contain_text("One")
    write(running, "book.toml", SETTINGS)
    expect(page.locator("#bar")).to_be_hidden(timeout=MS)


def test_a_finding_opens_its_line(page: Page, running: Running) -> None:
    write(running, "two.md", "# Two\n\n![](nothing.png)\n")
    link = page.locator("#findings a").first
    expect(link).to_have_text("two.md:3", timeout=MS)
    address = str(link.get_attribute("href"))
    assert re.fullmatch(rf"vscode://file{re.escape(str(running.book))}/two\.md:3:\d+", address)
    expect(page.locator('#entries [data-slug="two"] .badge')).to_be_visible()


def test_a_file_that_is_renamed_and_one_that_is_new(page: Page, running: Running) -> None:
    (running.book / "three.md").rename(running.book / "last.md")
    names = SETTINGS.replace('"three.md"', '"last.md", "new.md"')
    write(running, "new.md", "# A new one\n\nFresh text.\n")
    write(running, "book.toml", names)
    expect(page.locator('#entries [data-slug="new"]')).to_be_visible(timeout=MS)
    expect(page.locator('#entries [data-slug="last"]')).to_be_visible(timeout=MS)
    page.locator('#entries [data-slug="new"]').click()
    expect(phone(page).get_by_text("Fresh text.")).to_be_visible(timeout=MS)


def test_a_picture_that_is_new_and_that_changes(page: Page, running: Running) -> None:
    def red_of_picture() -> int:
        return int(
            phone(page)
            .locator("img")
            .evaluate(
                """async (img) => {
                  await img.decode();
                  const c = img.ownerDocument.defaultView.parent.document.createElement("canvas");
                  c.width = c.height = 1;
                  const d = c.getContext("2d");
                  d.drawImage(img, 0, 0, 1, 1);
                  return d.getImageData(0, 0, 1, 1).data[0];
                }"""
            )
        )

    Image.new("RGB", (40, 40), (200, 0, 0)).save(running.book / "a.png")
    write(running, "two.md", "# Two\n\n![A square](a.png)\n")
    phone(page).locator("img").wait_for(timeout=MS)
    assert red_of_picture() == 200
    page.locator("#status:not(.busy)").wait_for(state="attached", timeout=MS)
    Image.new("RGB", (40, 40), (20, 0, 0)).save(running.book / "a.png")
    until(lambda: red_of_picture() == 20)


def test_styles_and_book_toml_are_followed(page: Page, running: Running) -> None:
    paragraph = phone(page).locator("p").first
    write(running, "own.css", "p { color: rgb(1, 2, 3) }\n")
    expect(paragraph).to_have_css("color", "rgb(1, 2, 3)", timeout=MS)
    write(running, "book.toml", SETTINGS.replace('"Small"', '"Grown"'))
    expect(page.locator("#title")).to_have_text("Grown", timeout=MS)


def test_the_last_page_of_a_chapter_lies_as_the_others_do(page: Page, running: Running) -> None:
    text = "# Two\n\n" + "Some words to fill pages with. " * 300
    for end in ("Begun.", "Ended."):
        write(running, "two.md", f"{text}\n\n{end}\n")
        expect(phone(page).locator("p").last).to_have_text(end, timeout=MS)
    expect(page.locator(".phone figcaption")).to_contain_text(re.compile(r"Phone · (\d+) of \1$"))
    # The margin of the phone.
    assert phone(page).locator("p").last.evaluate("p => p.getBoundingClientRect().left") == 22


def test_two_tabs_follow_alike(page: Page, browser: Browser, running: Running) -> None:
    other = open_page(browser, running)
    write(running, "three.md", "# Three\n\nThe very end.\n")
    for tab in (page, other):
        expect(phone(tab).get_by_text("The very end.")).to_be_visible(timeout=MS)
    other.close()


def test_what_is_chosen_is_remembered(page: Page, running: Running) -> None:
    page.get_by_role("button", name="Print").click()
    page.get_by_role("button", name="Tablet").click()
    page.get_by_role("button", name="Dark").click()
    page.get_by_role("button", name="Larger type").click()
    page.get_by_role("button", name="Scroll").click()
    page.reload()
    expect(page.locator("#print")).to_be_hidden()
    expect(page.locator(".tablet iframe")).to_be_visible()
    expect(page.locator("#size")).to_have_text("115 %")
    expect(page.get_by_role("button", name="Scroll")).to_have_attribute("aria-pressed", "true")
    ground = phone(page).locator("html")
    expect(ground).to_have_css("background-color", "rgb(22, 22, 22)", timeout=MS)


@pytest.mark.attack("running something in the preview")
def test_a_manuscript_runs_nothing_and_loads_nothing(page: Page, running: Running) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    hostile = (
        "<script>parent.document.title = 'owned'</script>\n\n"
        '<img src="x" onerror="parent.document.title = \'owned\'">\n\n'
        '<iframe src="/state"></iframe> [link](javascript:alert(1)) ![p](http://evil.example/p.png)'
    )
    write(running, "two.md", f"# Two\n\n{hostile}\n\nAfter it.\n")
    expect(phone(page).get_by_text("After it.")).to_be_visible(timeout=MS)
    page.locator("#status:not(.busy)").wait_for(state="attached", timeout=MS)
    assert page.title() == "Small – preview"
    assert [url for url in asked if not url.startswith((running.address, "data:"))] == []


def test_many_saves_take_no_more_memory(page: Page, running: Running) -> None:
    def megabytes() -> float:
        processes = [psutil.Process(running.process.pid), *running.processes()]
        return float(sum(p.memory_info().rss for p in processes)) / 1e6

    def save(number: int) -> None:
        write(running, "two.md", f"# Two\n\nA second chapter, {number}.\n")
        expect(phone(page).get_by_text(f"chapter, {number}.")).to_be_visible(timeout=MS)

    for number in range(10):
        save(number)
    page.locator("#status:not(.busy)").wait_for(state="attached", timeout=MS)
    before = megabytes()
    for number in range(10, 60):
        save(number)
    page.locator("#status:not(.busy)").wait_for(state="attached", timeout=MS)
    assert megabytes() < before * 1.25 + 40
