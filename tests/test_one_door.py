"""Files that a book names are read by `runtime/files.py` and by nobody else."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.attack("reading outside the book")

PACKAGE = Path(__file__).parent.parent / "src" / "bookbuilder"

# Whoever calls one of these opens a file, unless it is given bytes: `io.BytesIO(…)`.
OPENERS = {"open", "fdopen", "FileIO", "TTFont", "ZipFile", "is_zipfile", "TarFile", "truetype"}
OPENERS |= {"copyfile", "copy2", "copytree", "mmap", "Popen"}
# Whoever mentions one of these, called or handed on, reads a file or asks what is there.
METHODS = {
    *("read_text", "read_bytes", "readlink", "as_file"),
    *("listdir", "scandir", "iterdir", "glob", "iglob", "rglob", "walk", "fwalk"),
    *("exists", "lexists", "stat", "lstat", "access", "samefile", "getsize", "getmtime"),
    *("is_file", "is_dir", "is_symlink", "is_fifo", "is_socket", "is_mount"),
    *("isfile", "isdir", "islink", "ismount"),
}
# What is too common a name to be looked for everywhere.
FUNCTIONS = {"ET.parse", "etree.parse", "ElementTree.parse", "minidom.parse", "sax.parse"}
FUNCTIONS |= {"subprocess.run", "resources.files"}

DOOR = "runtime/files.py"

BUNDLED = "comes with the package"
PROGRAM = "a file of this program, or of a library that it has loaded"
OURS = "what it has written itself"
GIVEN = "named by whoever gives the command, not by the book"
ENTRY = "an entry of a folder that the door has listed"
OUTPUT = "the folder that is written, which whoever gives the command names"
MEMORY = "bytes that were read before"

RUN = "a program of the machine, which is not read"

ALLOWED = {
    ("checks/built_files.py", "path.open"): GIVEN,
    ("checks/epubcheck.py", "path.is_file"): "the jar of EPUBCheck",
    ("checks/machine.py", "resources.files"): BUNDLED,
    ("checks/machine.py", "subprocess.run"): "Java and bookbuilder, on a book of its own",
    ("checks/machine.py", "folder.iterdir"): BUNDLED,
    ("checks/machine.py", "f.read_bytes"): BUNDLED,
    ("citing/csl/style.py", "etree.parse"): MEMORY,
    ("citing/csl/style.py", "resources.files"): BUNDLED,
    ("citing/csl/style.py", "joinpath().read_bytes"): BUNDLED,
    ("citing/csl/style.py", "folder.iterdir"): BUNDLED,
    ("cli/console.py", "path.is_file"): "the output",
    ("cli/console.py", "root.is_dir"): GIVEN,
    ("cli/completion.py", "resources.files"): BUNDLED,
    ("cli/completion.py", "joinpath().read_text"): BUNDLED,
    ("cli/new_command.py", "directory.exists"): GIVEN,
    ("cli/new_command.py", "directory.is_dir"): GIVEN,
    ("cli/new_command.py", "path.lexists"): GIVEN,
    ("runtime/installation.py", "Path.is_dir"): PROGRAM,
    ("runtime/installation.py", "folder.glob"): PROGRAM,
    ("runtime/installation.py", "os.scandir"): PROGRAM,
    ("runtime/installation.py", "entry.is_dir"): PROGRAM,
    ("runtime/installation.py", "file.stat"): PROGRAM,
    ("runtime/programs.py", "Path().is_file"): RUN,
    ("runtime/programs.py", "Path().stat"): RUN,
    ("runtime/programs.py", "os.access"): RUN,
    ("cli/terminal.py", "os.open"): "the null device",
    ("config/book_folder.py", "path.lstat"): ENTRY,
    ("config/book_folder.py", "root.is_file"): GIVEN,
    ("config/book_folder.py", "root.stat"): GIVEN,
    ("formats/cover/print_cover.py", "resources.files"): BUNDLED,
    ("formats/cover/print_cover.py", "joinpath().read_text"): BUNDLED,
    ("formats/cover/print_cover.py", "path.stat"): OURS,
    ("formats/cover_art.py", "TTFont"): BUNDLED,
    ("formats/cover_art.py", "ImageFont.truetype"): BUNDLED,
    ("formats/epub/devices.py", "resources.files"): BUNDLED,
    ("formats/epub/devices.py", "joinpath().read_text"): BUNDLED,
    ("formats/epub/package.py", "zipfile.ZipFile"): "a new archive, in memory",
    ("formats/formulas/nodes.py", "resources.files"): BUNDLED,
    ("formats/hypertext/styles.py", "resources.files"): BUNDLED,
    ("formats/hypertext/styles.py", "joinpath().read_bytes"): BUNDLED,
    ("formats/pdf/compose/styles.py", "resources.files"): BUNDLED,
    ("formats/pdf/compose/styles.py", "joinpath().read_text"): BUNDLED,
    ("formats/pdf/compose/trim.py", "resources.files"): BUNDLED,
    ("formats/pdf/compose/trim.py", "joinpath().read_text"): BUNDLED,
    ("formats/pdf/joining/form.py", "resources.files"): BUNDLED,
    ("formats/pdf/joining/form.py", "joinpath().open"): BUNDLED,
    ("formats/pdf/weasy/setup.py", "resources.as_file"): BUNDLED,
    ("formats/pdf/weasy/setup.py", "resources.files"): BUNDLED,
    ("formats/pdf/weasy/setup.py", "joinpath().read_bytes"): "a part of WeasyPrint",
    ("formats/pdf/writer.py", "path.stat"): OURS,
    ("formats/pdf/weasy/engines.py", "file.open"): OURS,
    ("formats/pdf/weasy/engines.py", "_file.open"): OURS,
    ("runtime/libraries.py", "Path().read_text"): "what the system says of its processes",
    ("formats/workbook/writer.py", "path.stat"): OURS,
    ("config/other_tools/awesome_pages.py", "entry.is_dir"): ENTRY,
    ("share/page.py", "resources.files"): BUNDLED,
    ("share/page.py", "joinpath().read_text"): BUNDLED,
    ("share/words.py", "resources.files"): BUNDLED,
    ("share/words.py", "folder.iterdir"): BUNDLED,
    ("share/words.py", "_.read_text"): BUNDLED,
    ("passes/tex/symbols.py", "resources.files"): "the table of latex2mathml",
    ("passes/tex/symbols.py", "joinpath().read_text"): "the table of latex2mathml",
    ("preview/editors.py", "subprocess.Popen"): "the author's editor",
    ("preview/server.py", "resources.files"): BUNDLED,
    ("preview/server.py", "webbrowser.open"): "an address of ours, in the browser",
    ("preview/server.py", "joinpath().read_bytes"): BUNDLED,
    ("preview/watching.py", "folder.is_dir"): "a folder that book.toml allows",
    ("text/words.py", "resources.files"): BUNDLED,
    ("text/words.py", "folder.iterdir"): BUNDLED,
    ("text/words.py", "_.read_text"): BUNDLED,
    ("starter/json_schema.py", "resources.files"): BUNDLED,
    ("starter/json_schema.py", "joinpath().read_text"): BUNDLED,
    ("starter/new_book.py", "resources.files"): BUNDLED,
    ("starter/new_book.py", "joinpath().read_text"): BUNDLED,
    ("runtime/text_folder.py", "entry.is_dir"): ENTRY,
    ("runtime/cache.py", "_folder.glob"): "the user's own cache",
    ("runtime/cache.py", "path.lstat"): "the user's own cache",
    ("runtime/cache.py", "folder.is_dir"): "the user's own cache",
    ("runtime/cache.py", "folder.stat"): "the user's own cache",
    ("runtime/cache.py", "os.fdopen"): OURS,
    ("runtime/child_process.py", "os.fdopen"): "the pipe from a child process",
    ("runtime/child_process.py", "subprocess.Popen"): "Java, on the file that was given",
    ("runtime/folders.py", "Path().is_symlink"): OUTPUT,
    ("runtime/folders.py", "_.is_file"): OUTPUT,
    ("runtime/folders.py", "_.is_symlink"): OUTPUT,
    ("runtime/folders.py", "above.exists"): OUTPUT,
    ("runtime/folders.py", "above.is_dir"): OUTPUT,
    ("runtime/folders.py", "above.is_symlink"): OUTPUT,
    ("runtime/folders.py", "folder.exists"): OUTPUT,
    ("runtime/folders.py", "folder.is_dir"): OUTPUT,
    ("runtime/folders.py", "folder.iterdir"): OUTPUT,
    ("runtime/folders.py", "folder.stat"): OUTPUT,
    ("runtime/folders.py", "old.exists"): OUTPUT,
    ("runtime/folders.py", "old.rglob"): OUTPUT,
    ("runtime/folders.py", "os.walk"): OUTPUT,
    ("runtime/folders.py", "path.is_dir"): OUTPUT,
    ("runtime/folders.py", "path.is_symlink"): OUTPUT,
    ("runtime/folders.py", "path.lexists"): OUTPUT,
    ("runtime/folders.py", "path.open"): OUTPUT,
    ("runtime/folders.py", "shutil.copy2"): OUTPUT,
    ("runtime/limits.py", "Path().read_text"): "what the system says of its processes",
    ("runtime/scratch.py", "Path().lstat"): OURS,
    ("runtime/scratch.py", "os.open"): OURS,
    ("runtime/scratch.py", "os.scandir"): "the system's folder for temporary files",
    ("runtime/seen.py", "e.is_dir"): ENTRY,
    ("runtime/seen.py", "e.is_symlink"): ENTRY,
    ("runtime/text_files.py", "path.stat"): "after `is_inside`: the size, for a message",
}


def is_in_memory(call: ast.Call) -> bool:
    first = call.args[0] if call.args else None
    return isinstance(first, ast.Call) and ast.unparse(first.func) == "io.BytesIO"


def name_of(said: ast.expr) -> str:
    """The last two names of what is mentioned: `path.read_text`, `joinpath().read_text`."""
    if isinstance(said, ast.Call):
        return f"{name_of(said.func).rpartition('.')[2]}()"
    if isinstance(said, ast.Attribute):
        return f"{name_of(said.value).rpartition('.')[2]}.{said.attr}"
    return said.id if isinstance(said, ast.Name) else "_"


def mentions(path: Path) -> Iterator[str]:
    """Yield what in a module could read a file, as `name_of` calls it."""
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            said = name_of(node.func)
            opens = said.rpartition(".")[2] in OPENERS and not is_in_memory(node)
            if opens or said in FUNCTIONS:
                yield said
        elif isinstance(node, ast.Attribute) and node.attr in METHODS:
            yield name_of(node)
        elif isinstance(node, ast.ImportFrom) and node.module in ("os", "os.path", "glob"):
            yield from (alias.name for alias in node.names if alias.name in METHODS | OPENERS)


def test_nobody_reads_past_the_door() -> None:
    found = {
        (module, said)
        for path in sorted(PACKAGE.rglob("*.py"))
        if (module := path.relative_to(PACKAGE).as_posix()) != DOOR
        for said in mentions(path)
    }
    assert sorted(found - ALLOWED.keys()) == []
    assert sorted(ALLOWED.keys() - found) == []
