#!/usr/bin/env python3
"""Draws ./learn watch turning from red to green, for the front page.

    python3 .github/watch.py            writes .github/watch.svg

Nothing in the picture is typed by hand. In a copy of the course, ./learn watch runs in a
pseudo-terminal: first with a known wrong answer from exercises.toml, then with our own body. What
it prints is the picture. This takes two minutes, because the copy has to be built.
"""
import fcntl
import html
import os
import pathlib
import pty
import re
import select
import shutil
import signal
import struct
import subprocess
import tempfile
import termios
import tomllib

ROOT = pathlib.Path(__file__).resolve().parents[1]
CHAPTER, EXERCISE, MISTAKE = "01_iterators", "1.1", "takes a zero for the end"
COLUMNS = 84
WAITS = "Ctrl-C ends."  # the last words of ./learn watch before it waits for a change


# ── the reader ──────────────────────────────────────────────────────────────────────────────────

def exercise():
    with open(ROOT / "chapters" / CHAPTER / "exercises.toml", "rb") as file:
        return next(e for e in tomllib.load(file)["exercise"] if e["id"] == EXERCISE)


def span_of_body(text, signature):
    """Where the body stands: from the line after the signature to the brace that closes it."""
    start = text.index(signature)
    indent = start - (text.rindex("\n", 0, start) + 1)
    begin = text.index("\n", start) + 1
    return begin, text.index("\n" + " " * indent + "}", start) + 1


def body_of(text, signature):
    begin, end = span_of_body(text, signature)
    return text[begin:end]


def with_body(text, signature, body):
    begin, end = span_of_body(text, signature)
    return text[:begin] + body + text[end:]


class Watch:
    """./learn watch in a pseudo-terminal."""

    def __init__(self, root):
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.chdir(root)
            os.environ["TERM"] = "xterm"
            os.execv("./learn", ["./learn", "watch", "1"])
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, COLUMNS, 0, 0))

    def until_it_waits(self):
        """All that it prints until it waits for the reader to save a file."""
        seen = b""
        while WAITS.encode() not in seen:
            if not select.select([self.terminal], [], [], 300)[0]:
                raise SystemExit("./learn watch says nothing any more:\n" + seen.decode())
            seen += os.read(self.terminal, 65536)
        return seen.decode()

    def end(self):
        os.kill(self.pid, signal.SIGINT)
        os.waitpid(self.pid, 0)


def play():
    """The file and, twice, a body and what ./learn watch says of it: a wrong one, then the right."""
    task = exercise()
    wrong = next(m["body"] for m in task["mutant"] if m["name"] == MISTAKE).lstrip("\n")
    right = body_of((ROOT / "chapters" / task["file"]).read_text(), task["function"])
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder) / "course"
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".git", "build", "mine"))
        subprocess.run(["./learn", "start", "1"], cwd=copy, check=True)
        mine = copy / "mine" / task["file"]
        stub = mine.read_text()
        mine.write_text(with_body(stub, task["function"], wrong))
        watch = Watch(copy)
        red = watch.until_it_waits()
        mine.write_text(with_body(stub, task["function"], right))
        green = watch.until_it_waits()
        watch.end()
    return task, (wrong, red), (right, green)


# ── the terminal ────────────────────────────────────────────────────────────────────────────────

def screen(output):
    """The lines that stand on the screen at the end: lists of (text, colour)."""
    lines, colour = [[]], ""
    output = output.rsplit("\x1b[2J", 1)[-1]
    for token in re.findall(r"\x1b\[[0-9;?]*[A-Za-z]|\r\n|\r|\n|[^\x1b\r\n]+", output):
        if token.startswith("\x1b["):
            colour = token[2:-1] if token.endswith("m") else colour
        elif token == "\r":
            lines[-1] = []  # a line of progress is written anew
        elif token.endswith("\n"):
            lines.append([])
        else:
            lines[-1].append((token, colour))
    while not lines[-1]:
        lines.pop()
    return lines


# ── the picture ─────────────────────────────────────────────────────────────────────────────────

WIDTH, LINE, CHARACTER, MARGIN, TITLE = 760, 20, 8.43, 18, 34
COLOURS = {"31": "#ff7b72", "32": "#56d364", "33": "#e3b341", "36": "#76e3ea", "90": "#8b949e"}
PLAIN = "#e6edf3"

# A dark terminal on any page. Where nothing may move, the first frame stays.
FRAME = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img"
     aria-label="./learn watch: an exercise turns from red to green">
<style>
text {{ font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
       white-space: pre; }}
.title {{ font-size: 12px; text-anchor: middle; }}
.green {{ opacity: 0; }}
@media (prefers-reduced-motion: no-preference) {{
  .red {{ animation: first 12s linear infinite; }}
  .green {{ animation: second 12s linear infinite; }}
}}
@keyframes first {{ 0%, 56% {{ opacity: 1; }} 58%, 98% {{ opacity: 0; }} 100% {{ opacity: 1; }} }}
@keyframes second {{ 0%, 56% {{ opacity: 0; }} 58%, 98% {{ opacity: 1; }} 100% {{ opacity: 0; }} }}
</style>
{panels}
{frames}
</svg>
"""


def text(x, y, colour, words, kind=""):
    return (f'<text x="{x:.1f}" y="{y}" fill="{colour}"{kind} xml:space="preserve">'
            f"{html.escape(words)}</text>")


def lines_at(top, lines):
    """The lines of a panel: each a list of (text, colour)."""
    for number, line in enumerate(lines):
        column = 0
        for words, colour in line:
            if words.strip():
                x = MARGIN + column * CHARACTER
                yield text(x, top + number * LINE, COLOURS.get(colour, PLAIN), words)
            column += len(words)


def panel(top, title, count):
    """The height of a window with room for `count` lines, and the window."""
    height = TITLE + count * LINE + MARGIN
    return height, "\n".join([
        f'<rect x="1" y="{top}" width="{WIDTH - 2}" height="{height}" rx="8" fill="#0d1117" '
        'stroke="#30363d"/>',
        text(WIDTH / 2, top + 21, "#8b949e", title, ' class="title"')])


def code_lines(signature, body, other, colour):
    """The function; what the other body does not have is coloured."""
    lines = [signature] + body.rstrip("\n").split("\n") + ["    }"]
    differs = set(body.split("\n")) - set(other.split("\n"))
    return [[(line.removeprefix("    "), colour if line in differs else "")] for line in lines]


def picture(task, red, green):
    """The SVG: the function above and ./learn watch below it, in two frames that take turns."""
    signature = "    " + task["function"]
    code = [code_lines(signature, red[0], green[0], "31"),
            code_lines(signature, green[0], red[0], "32")]
    said = [screen(output) for _, output in (red, green)]
    upper, editor = panel(1, "mine/" + task["file"], max(map(len, code)))
    lower, terminal = panel(upper + 12, "./learn watch", max(map(len, said)))
    drawn = []
    for name, above, below in zip(("red", "green"), code, said):
        drawn.append(f'<g class="{name}">')
        drawn += lines_at(TITLE + LINE, above)
        drawn += lines_at(upper + 11 + TITLE + LINE, below)
        drawn.append("</g>")
    return FRAME.format(width=WIDTH, height=upper + lower + 14,
                        panels=editor + "\n" + terminal, frames="\n".join(drawn))


if __name__ == "__main__":
    (ROOT / ".github/watch.svg").write_text(picture(*play()))
