"""The frame of every same.py: picks the scene that the command line asks for.

    python3 same.py --list             the numbers of the scenes it has
    python3 same.py --scene 2          that scene's lines
    python3 same.py                    all of them
"""
import argparse
import re


def seconds(text):
    """'25ms', '0.1s' or '25' (milliseconds) in seconds."""
    match = re.fullmatch(r"([0-9]+(?:\.[0-9]*)?)(ms|s)?", text)
    if not match:
        raise argparse.ArgumentTypeError(f"a time such as 25ms or 0.1s, not '{text}'")
    return float(match[1]) * (1 if match[2] == "s" else 0.001)


def from_one(text):
    """A whole number of at least 1."""
    if not re.fullmatch(r"[0-9]+", text) or int(text) < 1:
        raise argparse.ArgumentTypeError(f"a whole number from 1, not '{text}'")
    return int(text)


def parse():
    parser = argparse.ArgumentParser()
    parser.add_argument("--scene", type=from_one)
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--url", default="")
    parser.add_argument("--count", type=from_one, default=10)
    parser.add_argument("--delay", type=seconds, default=0.025)
    return parser.parse_args()


def main(names):
    """Runs the functions scene_N of the module whose globals() are `names`.

    A scene that takes an argument gets the options (url, count, delay)."""
    options = parse()
    scenes = {int(name[6:]): names[name] for name in names if re.fullmatch(r"scene_\d+", name)}
    if options.list:
        print(*sorted(scenes))
        return
    chosen = [options.scene] if options.scene else sorted(scenes)
    for number in chosen:
        if number not in scenes:
            raise SystemExit(f"no scene {number}: this twin has {sorted(scenes)}")
        scene = scenes[number]
        scene(options) if scene.__code__.co_argcount else scene()
