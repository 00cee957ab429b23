"""Chapter 11's scenes with Python's asyncio."""
import asyncio
import pathlib
import sys
import time
import traceback

sys.path.append(str(pathlib.Path(__file__).parents[2] / "common/program"))
from twin import main

SECOND = 0.011  # what the examples call a second


def lower(value):
    return str(value).lower()


def others():
    return len(asyncio.all_tasks()) - 1


async def work(name, seconds):
    await asyncio.sleep(seconds * SECOND)
    print(f"  {name}: done")


async def fail(name, seconds):
    await asyncio.sleep(seconds * SECOND)
    raise RuntimeError(name + " has failed")


async def gather_leaves_something():
    try:
        await asyncio.gather(work("one", 3), fail("two", 1), fail("three", 2))
    except Exception as error:
        print("caught:", error)
    print("still running:", others())
    await asyncio.sleep(4 * SECOND)


def scene_1():
    asyncio.run(gather_leaves_something())


async def say_after(seconds, what):
    await asyncio.sleep(seconds * SECOND)
    print(f"  {what}")
    return what


async def answer_after(seconds):
    await asyncio.sleep(seconds * SECOND)
    print("  the answer")
    return 42


async def hello_world():
    async with asyncio.TaskGroup() as group:
        world = group.create_task(say_after(20, "world"))
        hello = group.create_task(say_after(10, "hello"))
        answer = group.create_task(answer_after(15))
    print(f"{world.result()}, {hello.result()}, {answer.result()}")


def scene_2():
    start = time.perf_counter()
    asyncio.run(hello_world())
    print(f"{time.perf_counter() - start:.3f} s")


async def careful(name):
    try:
        await asyncio.sleep(100 * SECOND)
    except asyncio.CancelledError:
        print(f"  {name}: cancelled")
        await asyncio.sleep(SECOND)
        print(f"  {name}: cleaned up")
        raise


async def one_fails():
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(careful("one"))
            group.create_task(fail("two", 1))
            try:
                await asyncio.sleep(100 * SECOND)
            finally:
                print("  body: over")
    except ExceptionGroup as group:
        print("caught:", group)
    print(f"still running: {others()}, cancelling: {asyncio.current_task().cancelling()}")


def scene_3():
    asyncio.run(one_fails())


async def foo(x):
    await asyncio.sleep(1 / x * SECOND)
    return x


async def two_errors():
    try:
        async with asyncio.TaskGroup() as group:
            for x in (11, 0, 12, "13", 14):
                group.create_task(foo(x))
    except* ZeroDivisionError as errors:
        print("ZeroDivisionError:", *errors.exceptions)
    except* TypeError as errors:
        print("TypeError:", *errors.exceptions)
    print("still running:", others())


def scene_4():
    asyncio.run(two_errors())


def shape(error):
    if error is None:
        return "nothing"
    if not isinstance(error, BaseExceptionGroup):
        return str(error)
    return f"{error.message}[{', '.join(map(shape, error.exceptions))}]"


def tree():
    inner = ExceptionGroup("inner", [TypeError("2"), ValueError("3")])
    other = ExceptionGroup("other", [TypeError("4")])
    return ExceptionGroup("eg", [ValueError("1"), inner, other])


def scene_5():
    eg = tree()
    print("".join(traceback.format_exception(eg)), end="")
    print(f"message: {eg.message}, members: {len(eg.exceptions)}, text: {eg}")
    print("values:", shape(eg.subgroup(ValueError)))
    print("timeouts:", shape(eg.subgroup(TimeoutError)))
    match, rest = eg.split(TypeError)
    print("types:", shape(match), "and the rest:", shape(rest))
    match, rest = eg.split(lambda error: str(error) in "34")
    print("3 and 4:", shape(match), "and the rest:", shape(rest))
    print("all errors are the same group:", lower(eg.subgroup(Exception) is eg))


def print_rest(title, handle):
    try:
        handle()
        print(f"{title}: nothing is left")
    except Exception as error:
        print(f"{title}: {shape(error)}")


def both_are_handled():
    try:
        raise tree()
    except* ValueError as group:
        print("  values:", shape(group))
    except* TypeError as group:
        print("  types:", shape(group))


def one_is_handled():
    try:
        raise tree()
    except* ValueError as group:
        print("  values:", shape(group))


def one_is_rethrown():
    try:
        raise tree()
    except* ValueError as group:
        print("  values:", shape(group))
    except* TypeError:
        raise


def one_throws_anew():
    try:
        raise tree()
    except* TypeError:
        raise ValueError("new")


def an_error_alone():
    try:
        raise ValueError("1")
    except* ValueError as group:
        print("  values:", shape(group))


def scene_6():
    print_rest("both are handled", both_are_handled)
    print_rest("one is handled", one_is_handled)
    print_rest("one is rethrown", one_is_rethrown)
    print_rest("one throws anew", one_throws_anew)
    print_rest("an error alone", an_error_alone)


async def parent_of_one():
    async with asyncio.TaskGroup() as group:
        group.create_task(careful("child"))


async def cancelled_from_outside():
    parent = asyncio.create_task(parent_of_one())
    await asyncio.sleep(SECOND)
    parent.cancel()
    await asyncio.wait([parent])
    print(f"cancelled: {lower(parent.cancelled())}, still running: {others()}")


def scene_7():
    asyncio.run(cancelled_from_outside())


# Scene 8 has no twin: that the request is made anew came with Python 3.13.


def try_to_add(group, name):
    coroutine = work(name, 1)
    try:
        group.create_task(coroutine)
        print(f"{name}: started")
    except RuntimeError as error:
        coroutine.close()  # Python 3.13 does so itself
        print(f"{name}: {error}")


async def joins_late(group):
    await asyncio.sleep(SECOND)
    try_to_add(group, "sibling")


async def who_may_join():
    group = asyncio.TaskGroup()
    try_to_add(group, "too early")
    async with group:
        group.create_task(joins_late(group))
    try_to_add(group, "too late")


def scene_9():
    asyncio.run(who_may_join())


if __name__ == "__main__":
    main(globals())
