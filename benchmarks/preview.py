"""Time the preview in a real browser, from a save to changed pixels.

    python benchmarks/preview.py BOOK [EDITS]

Copies BOOK, edits a paragraph of a chapter in the middle EDITS times, every second time so much
that pages move, and prints how long the EPUB and the first printed page took. Needs Chromium.
"""

from __future__ import annotations

import asyncio
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from playwright.async_api import Page, async_playwright

CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
# Resolve with the time at which the frame that shows the change has been painted.
PAINTED = "await new Promise(f => requestAnimationFrame(() => requestAnimationFrame(f)));"
EPUB_SHOWS = f"""async (word) => {{
  const shows = () => [...document.querySelectorAll("iframe")].some(
    (f) => f.contentDocument?.body?.textContent.includes(word));
  while (!shows()) await new Promise((f) => setTimeout(f, 4));
  {PAINTED}
  return performance.timeOrigin + performance.now();
}}"""
PRINT_SHOWS = f"""async () => {{
  const near = () => [...document.querySelectorAll(".sheet[data-seen] img")];
  const seen = () => near().map((i) => i.src).join();
  const before = seen();
  while (seen() === before) await new Promise((f) => setTimeout(f, 4));
  {PAINTED}
  return performance.timeOrigin + performance.now();
}}"""


async def measure(book: Path, edits: int) -> None:
    from bookbuilder.build import load

    chapters = list(load(book).chapters)
    chapter = chapters[len(chapters) // 2]
    command = [str(Path(sys.executable).with_name("bookbuilder")), "preview", str(book)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        address = re.search(r"http://[\d.:]+/", process.stdout.readline())
        assert address
        try:
            async with async_playwright() as playwright:
                browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
                page = await browser.new_page(viewport={"width": 1920, "height": 1000})
                await page.goto(address[0])
                await page.locator(".sheet img[src]").first.wait_for(timeout=300_000)
                await page.locator(f'button[data-slug="{chapter.slug}"]').click()
                await asyncio.sleep(2)
                await _edits(page, chapter.source.path, edits)
                await browser.close()
        finally:
            process.terminate()


async def _edits(page: Page, path: Path, edits: int) -> None:
    text = path.read_text("utf-8")
    at = text.index("\n\n", len(text) // 2) + 2
    screens, prints = [], []
    for number in range(edits):
        word = f"zebra{number}"
        more = " ".join([word, *["and some more words to move the pages"] * (60 * (number % 2))])
        shown = asyncio.create_task(page.evaluate(EPUB_SHOWS, word))
        printed = asyncio.create_task(page.evaluate(PRINT_SHOWS))
        await asyncio.sleep(0.3)
        started = time.time()
        path.write_text(f"{text[:at]}{more}. {text[at:]}", "utf-8")
        screens.append(await asyncio.wait_for(shown, 60) / 1000 - started)
        prints.append(await asyncio.wait_for(printed, 60) / 1000 - started)
        print(f"edit {number}: EPUB {screens[-1]:.3f} s, page {prints[-1]:.3f} s", flush=True)
        await page.locator("#status:not(.busy)").wait_for(state="attached", timeout=120_000)
        await asyncio.sleep(1)
    for name, found in (("EPUB", screens), ("first page", prints)):
        print(f"{name}: median {statistics.median(found):.3f} s, worst {max(found):.3f} s")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "book"
        shutil.copytree(
            sys.argv[1], copy, ignore=shutil.ignore_patterns(".*", "dist", "build", "src", "tests")
        )
        asyncio.run(measure(copy, int(sys.argv[2]) if len(sys.argv) > 2 else 10))
