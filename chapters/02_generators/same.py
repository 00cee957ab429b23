"""Chapter 02 in Python: the same scenes, the same lines."""
import pathlib
import sys
import time
from collections import deque

sys.path.append(str(pathlib.Path(__file__).parents[2] / "common/program"))
from twin import main


def one_two_three():
    yield 1
    yield 2
    yield 3
    return "END"


def scene_1():
    numbers = one_two_three()
    try:
        while True:
            print(next(numbers))
    except StopIteration as end:
        print(end.value)


def with_return():
    return 100 + 200


def with_yield():
    for i in range(3):
        yield i + 200
        print(f"hello: {i}")
    yield 10 + 20


def scene_2():
    generator = with_yield()
    for call in range(1, 5):
        print(f"call {call}")
        print(with_return())
        print(next(generator))


def say(word):
    yield word


def both(first, second):
    yield from first
    yield from second


def delegate():
    result = yield from one_two_three()
    return f"one_two_three() returned {result}"


def scene_3():
    for word in both(say("one"), say("two")):
        print(word)
    numbers = delegate()
    try:
        while True:
            print(next(numbers))
    except StopIteration as end:
        print(end.value)


def counter():
    i = 1
    while True:
        yield i
        i += 1


def scene_4():
    numbers = counter()
    for _ in range(2):
        for _ in range(5):
            print(f" {next(numbers)}", end="")
        print()


def listener():
    while True:
        x = yield
        print(f"x: {x}")


def resettable_counter():
    count = 0
    while True:
        reset = yield count
        count = count + 1 if reset is None else reset


def print_next(count, times):
    for _ in range(times):
        print(f" {next(count)}", end="")
    print()


def scene_5():
    hears = listener()
    next(hears)
    hears.send(1)
    hears.send(2)
    next(hears)

    count = resettable_counter()
    print_next(count, 5)
    print(f" {count.send(0)}", end="")
    print_next(count, 4)
    print(f" {count.send(10)}", end="")
    print_next(count, 4)


def fighter(name, health):
    while health > 0:
        damage = yield health
        health = max(0, health - damage)
        print(f"{name} takes {damage} and has {health} left")
    return name


def minstd_rand(seed):
    """The same dice as C++'s std::minstd_rand."""
    while True:
        seed = 48271 * seed % 2147483647
        yield seed


def round_robin(tasks, step):
    while True:
        task = tasks.popleft()
        try:
            step(task)
        except StopIteration as end:
            return end.value
        tasks.append(task)


def scene_6():
    dice = minstd_rand(2)
    fighters = deque([fighter("hero", 100), fighter("slime", 20)])
    for each in fighters:
        next(each)
    dead = round_robin(fighters, lambda each: each.send(5 + next(dice) % 6))
    print(f"{dead} is dead")


def f(tag):
    for _ in range(3):
        yield tag
        time.sleep(0.1)
        print(f"f({tag})")
    return f"hello {tag}"


def scene_8():
    tasks = deque(f(tag) for tag in range(3))
    start = time.perf_counter()
    while tasks:
        print(round_robin(tasks, next))
    print(f"9 units of 0.1 s took {time.perf_counter() - start:.1f} s")


def countdown(n):
    print("the body begins")
    while n > 0:
        yield n
        n -= 1
    print("the body ends")


def scene_9():
    numbers = countdown(2)
    print("called")
    for number in numbers:
        print(number)


def patient():
    i = 0
    try:
        while True:
            try:
                yield i
            except RuntimeError as error:
                print(f"caught: {error}")
            i += 1
    finally:
        print("cleanup")


def scene_10():
    numbers = patient()
    print(next(numbers))
    print(numbers.throw(RuntimeError("a stone")))
    numbers.close()
    print("exhausted" if next(numbers, None) is None else "goes on")


if __name__ == "__main__":
    main(globals())
