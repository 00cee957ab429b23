"""Chapter 01's scenes in Python: the iterator protocol as the language has it."""
import os
import pathlib
import sys
from collections.abc import Iterable, Iterator

sys.path.append(str(pathlib.Path(__file__).parents[2] / "common/program"))
from twin import main


def scene_1():
    it = iter([1, 2, 3, 4])
    for _ in range(5):
        print(next(it, "exhausted"))


def my_for(iterable, function):
    it = iter(iterable)
    while True:
        try:
            value = next(it)
        except StopIteration:
            return
        function(value)


def scene_2():
    my_for(range(4), lambda x: print(x * x))


def scene_3():
    three = range(3)
    a = iter(three)
    b = iter(three)
    print("a:", next(a, "exhausted"))
    print("a:", next(a, "exhausted"))
    print("b:", next(b, "exhausted"))
    print("b:", next(b, "exhausted"))
    print("a:", next(a, "exhausted"))
    print("a:", next(a, "exhausted"))


class CountUpIterator:
    def __init__(self, limit):
        self.count = 0
        self.limit = limit

    def __iter__(self):
        print("iter called")
        return self

    def __next__(self):
        print("next called")
        if self.count >= self.limit:
            raise StopIteration
        self.count += 1
        return self.count - 1


def yes_or_no(value):
    return "yes" if value else "no"


def scene_4():
    it = CountUpIterator(3)
    same = iter(it)
    print("iter(it) is it:", yes_or_no(same is it))
    print(next(it, "exhausted"))
    print(next(same, "exhausted"))
    print("-- a for loop takes the rest")
    for number in it:
        print(number)


class OpenFruits:
    def __init__(self, fruits):
        self.fruits = fruits


class Fruits:
    def __init__(self, fruits):
        self._fruits = fruits

    def __iter__(self):
        return iter(self._fruits)


class ConsumingFruits:
    def __init__(self, fruits):
        self._fruits = list(fruits)

    def __iter__(self):
        return self

    def __next__(self):
        if not self._fruits:
            raise StopIteration
        return self._fruits.pop(0)


def eat(how, fruits):
    print(f"{how}:", end="")
    for fruit in fruits:
        print(f" {fruit}", end="")
    print()


def scene_5():
    names = ["apple", "orange", "banana", "melon", "pineapple"]
    eat("reach in", OpenFruits(names).fruits)
    fruits = Fruits(names)
    eat("hand out", fruits)
    eat("hand out again", fruits)
    consuming = ConsumingFruits(names)
    eat("consume", consuming)
    eat("consume again", consuming)


def scene_6():
    things = {
        "number": 1, "string": "", "list": [], "range": range(3),
        "map": {}, "map keys": {}.keys(), "map values": {}.values(), "map items": {}.items(),
        "set": set(), "list iterator": iter([]), "set iterator": iter(set()),
        "CountUp": CountUpIterator(3), "file": open(os.devnull),
    }
    print(f"{'type':13}  {'iterable':8}  iterator")
    print("─" * 13, "─" * 8, "─" * 8, sep="  ")
    for name, thing in things.items():
        iterable = yes_or_no(isinstance(thing, Iterable))
        print(f"{name:13}  {iterable:8}  {yes_or_no(isinstance(thing, Iterator))}")
    things["file"].close()


class Announced:
    def __new__(cls):
        print("created")
        self = super().__new__(cls)
        self.attr = "set when it was created"
        return self

    def __init__(self):
        print("initialised")
        self.name = "foo"

    def __del__(self):
        print("destroyed")


class NumberedTuple(tuple):
    def __new__(cls, values):
        return super().__new__(cls, enumerate(values))


def scene_7():
    foo = Announced()
    print("attr:", foo.attr)
    bar = foo
    print("name:", bar.name)
    print("drop foo")
    del foo
    print("drop bar")
    del bar
    for item in NumberedTuple(["foo", "bar", "baz"]):
        print(item)


if __name__ == "__main__":
    main(globals())
