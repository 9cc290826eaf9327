"""Make the fonts that bookbuilder ships from the packages that carry their sources.

    mkdir sources && cd sources
    pip download --no-deps --no-binary :none: fontpkg-source-serif-4==4.4 \
        fontpkg-source-sans-3==3.52 fontpkg-source-code-pro==1.26 fontpkg-amiri==1.2
    apt-get download fonts-noto-core=20201225-1 fonts-morisawa-bizud-mincho=1.05-2 \
        fonts-morisawa-bizud-gothic=1.05-2
    npm pack @expo-google-fonts/noto-emoji@0.4.7 @expo-google-fonts/noto-serif-sc@0.4.3 \
        @expo-google-fonts/noto-serif-kr@0.4.3
    python tools/make_fonts.py sources src/bookbuilder/fonts

Needs fontTools and dpkg-deb. The same sources give the same bytes.
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

from bookbuilder.text.words import letters_added

OLD_STYLE_BITS = {"regular": 1 << 6, "italic": 1 << 0, "bold": 1 << 5}
NAMES_KEPT = {0, 7, 8, 9, 10, 11, 12, 13, 14}


@dataclass(frozen=True)
class Cut:
    """One static font to be cut from a variable one. The family is ours: "Source" is reserved."""

    source: str
    family: str
    style: str
    axes: dict[str, float]


@dataclass(frozen=True)
class Copied:
    """A font that keeps its name; `features` limits the layout features that are kept."""

    source: str
    target: str
    features: tuple[str, ...] = ("*",)


def cuts(source: str, family: str, axes: dict[str, float]) -> list[Cut]:
    upright, italic = f"{source}[*].ttf", f"{source}-Italic[*].ttf"
    return [
        Cut(upright, family, "Regular", {**axes, "wght": 400}),
        Cut(italic, family, "Italic", {**axes, "wght": 400}),
        Cut(upright, family, "SemiBold", {**axes, "wght": 600}),
        Cut(italic, family, "SemiBold Italic", {**axes, "wght": 600}),
    ]


CUTS = [
    *cuts("SourceSerif4", "Bookbuilder Serif", {"opsz": 11}),
    *cuts("SourceSans3", "Bookbuilder Sans", {}),
    *cuts("SourceCodePro", "Bookbuilder Mono", {}),
]
NOTO = (
    "NotoSerif-Regular",
    "NotoSerifHebrew-Regular",
    "NotoSerifHebrew-Bold",
    "NotoSerifDevanagari-Regular",
    "NotoSerifDevanagari-Bold",
    "NotoSerifThai-Regular",
    "NotoSerifThai-Bold",
    "NotoSerifGeorgian-Regular",
    "NotoSerifArmenian-Regular",
    "NotoSansSymbols-Regular",
    "NotoSansSymbols2-Regular",
    "NotoSansMath-Regular",
)
COPIED = [
    *(Copied(f"{name}.ttf", f"{name}.ttf") for name in NOTO),
    Copied("Amiri-Regular.ttf", "Amiri-Regular.ttf"),
    Copied("Amiri-Bold.ttf", "Amiri-Bold.ttf"),
    Copied("NotoEmoji_400Regular.ttf", "NotoEmoji-Regular.ttf"),
    # The alternate forms of older standards would add a third to the largest file.
    Copied("BIZUDMincho-Regular.ttf", "BIZUDMincho-Regular.ttf", ("ccmp", "locl", "vert")),
    Copied("BIZUDGothic-Bold.ttf", "BIZUDGothic-Bold.ttf", ("ccmp", "locl", "vert")),
]
# Only the letters of the words that bookbuilder adds: the whole fonts are larger than all others.
WORDS = {
    "zh": ("NotoSerifSC_400Regular.ttf", "Bookbuilder Words SC"),
    "ko": ("NotoSerifKR_400Regular.ttf", "Bookbuilder Words KR"),
}
LICENCES = {
    "fontpkg_source_serif_4/LICENSE": "OFL-Source-Serif.txt",
    "fontpkg_source_sans_3/LICENSE": "OFL-Source-Sans.txt",
    "fontpkg_source_code_pro/LICENSE": "OFL-Source-Code-Pro.txt",
    "fontpkg_amiri/LICENSE": "OFL-Amiri.txt",
    "noto-emoji-0.4.7.tgz/package/LICENSE_FONT": "OFL-Noto-Emoji.txt",
    "noto-serif-sc-0.4.3.tgz/package/LICENSE_FONT": "OFL-Noto-CJK.txt",
    "fonts-noto-core/copyright": "OFL-Noto.txt",
    "fonts-morisawa-bizud-mincho/copyright": "OFL-BIZ-UDMincho.txt",
}


def main(sources: Path, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        unpacked = Path(folder)
        for package in sorted(sources.iterdir()):
            unpack(package, unpacked / package.name)
        for cut in CUTS:
            save(cut_font(find(unpacked, cut.source), cut), target / f"{file_name(cut)}.ttf")
        for copied in COPIED:
            font = TTFont(find(unpacked, copied.source), recalcTimestamp=False)
            save(font, target / copied.target, copied.features)
        for language, (source, family) in WORDS.items():
            cut = Cut(source, family, "Regular", {})
            font = TTFont(find(unpacked, source), recalcTimestamp=False)
            rename(font, cut)
            wanted = {ord(letter) for letter in letters_added(language)}
            save(font, target / f"{file_name(cut)}.ttf", ("ccmp", "locl"), wanted)
        for tail, name in LICENCES.items():
            found = next(
                p for p in sorted(unpacked.rglob(Path(tail).name)) if str(p).endswith(tail)
            )
            (target / name).write_bytes(found.read_bytes())


def unpack(package: Path, folder: Path) -> None:
    if package.suffix == ".whl":
        zipfile.ZipFile(package).extractall(folder)
    elif package.suffix == ".deb":
        subprocess.run(["dpkg-deb", "-x", package, folder], check=True)
    elif package.suffix == ".tgz":
        with tarfile.open(package) as archive:
            # Python 3.11.2, as Debian 12 has it, knows no filters yet.
            safely = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
            archive.extractall(folder, **safely)


def find(folder: Path, pattern: str) -> Path:
    stem, _, tail = pattern.partition("[*]")
    for path in sorted(folder.rglob("*.ttf")):
        matches = path.name.startswith(f"{stem}[") if tail else path.name == pattern
        if matches:
            return path
    raise SystemExit(f"no {pattern} among the sources")


def file_name(cut: Cut) -> str:
    return f"{cut.family}-{cut.style}".replace(" ", "")


def cut_font(path: Path, cut: Cut) -> TTFont:
    font = instantiateVariableFont(TTFont(path, recalcTimestamp=False), cut.axes)
    rename(font, cut)
    bold, italic = "SemiBold" in cut.style, "Italic" in cut.style
    os2 = font["OS/2"]
    os2.usWeightClass = 600 if bold else 400
    regular = 0 if bold or italic else OLD_STYLE_BITS["regular"]
    cleared = os2.fsSelection & ~sum(OLD_STYLE_BITS.values())
    os2.fsSelection = (
        cleared
        | regular
        | (OLD_STYLE_BITS["bold"] if bold else 0)
        | (OLD_STYLE_BITS["italic"] if italic else 0)
    )
    font["head"].macStyle = (1 if bold else 0) | (2 if italic else 0)
    if "STAT" in font:
        del font["STAT"]
    return font


def rename(font: TTFont, cut: Cut) -> None:
    table = font["name"]
    kept = [record for record in table.names if record.nameID in NAMES_KEPT]
    version = table.getDebugName(5) or ""
    table.names = kept
    bold, italic = "SemiBold" in cut.style, "Italic" in cut.style
    linked = (
        " ".join(filter(None, ("Bold" if bold else "", "Italic" if italic else ""))) or "Regular"
    )
    names = {
        1: cut.family,
        2: linked,
        3: f"{file_name(cut)};{version}",
        4: f"{cut.family} {cut.style}",
        5: version,
        6: file_name(cut),
        16: cut.family,
        17: cut.style,
    }
    for name_id, value in names.items():
        table.setName(value, name_id, 3, 1, 0x409)


def save(
    font: TTFont, path: Path, features: tuple[str, ...] = ("*",), wanted: set[int] | None = None
) -> None:
    options = Options(
        hinting=False,
        layout_features=list(features),
        name_IDs=["*"],
        name_languages=["*"],
        notdef_outline=True,
        glyph_names=False,
        recalc_timestamp=False,
    )
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=wanted or font.getBestCmap())
    subsetter.subset(font)
    font.save(path)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
