"""Chapter 10's scenes with Python's asyncio. (Scene 1 is about C++'s destructors.)"""
import asyncio
import contextlib
import pathlib
import sys
import time

sys.path.append(str(pathlib.Path(__file__).parents[2] / "common/program"))
from twin import main

SECOND = 0.1  # what the examples call a second


def timed(coroutine):
    start = time.perf_counter()
    asyncio.run(coroutine)
    print(f"in all: {time.perf_counter() - start:.3f} s")


async def compute(x, y):
    print(f"Compute {x} + {y} ...")
    await asyncio.sleep(SECOND)
    return x + y


class Context:
    async def __aenter__(self):
        print("Entering ...")
        await asyncio.sleep(SECOND)

    async def __aexit__(self, kind, error, traceback):
        print("Exiting ...")
        await asyncio.sleep(SECOND)
        return False


async def compute_inside():
    async with Context():
        total = await compute(1, 2)
    print(f"1 + 2 = {total}")


def scene_2():
    timed(compute_inside())


@contextlib.asynccontextmanager
async def context():
    print("Entering ...")
    await asyncio.sleep(SECOND)
    yield
    print("Exiting ...")
    await asyncio.sleep(SECOND)


async def compute_inside_of_a_function():
    async with context():
        total = await compute(1, 2)
    print(f"1 + 2 = {total}")


def scene_3():
    timed(compute_inside_of_a_function())


@contextlib.asynccontextmanager
async def connect():
    print("  open")
    try:
        yield "the connection"
    finally:
        await asyncio.sleep(SECOND / 10)
        print("  closed")


async def fails():
    async with connect() as what:
        print(f"  {what} is used")
        raise ZeroDivisionError("division by zero")


async def hangs():
    async with connect() as what:
        print(f"  {what} is used")
        await asyncio.sleep(3600)


async def whatever():
    try:
        await fails()
    except ZeroDivisionError as error:
        print(f"main: {error}")
    task = asyncio.create_task(hangs())
    await asyncio.sleep(SECOND / 10)
    task.cancel()
    await asyncio.wait([task])
    print(f"main: cancelled: {str(task.cancelled()).lower()}")


def scene_4():
    asyncio.run(whatever())


async def ticks(count):
    for i in range(1, count + 1):
        await asyncio.sleep(SECOND / 5)
        yield i


async def meanwhile():
    await asyncio.sleep(SECOND / 10)
    for _ in range(2):
        await asyncio.sleep(SECOND / 5)
        print("  meanwhile")


async def listen_to_ticks():
    other = asyncio.create_task(meanwhile())
    async for tick in ticks(3):
        print(f"tick {tick}")
    print("over")
    await other


def scene_5():
    asyncio.run(listen_to_ticks())


async def counter():
    i = 0
    while True:
        await asyncio.sleep(0)
        sent = yield i
        i = i + 1 if sent is None else sent


async def count_and_send():
    count = counter()
    for _ in range(3):
        print(await anext(count), end=" ")
    print(await count.asend(10), end=" ")
    print(await anext(count))

    first = asyncio.ensure_future(anext(count))
    await asyncio.sleep(0)
    try:
        await anext(count)
    except RuntimeError as error:
        print(error)
    print(f"the first step gives {await first}")
    await count.aclose()


def scene_6():
    asyncio.run(count_and_send())


async def polite():
    i = 1
    try:
        while True:
            yield i
            i += 1
    finally:
        print("  cleaning up ...")
        await asyncio.sleep(0)
        print("  ... clean")


async def drop_one():
    numbers = polite()
    print(f"dropped after {await anext(numbers)}")
    del numbers
    for turn in range(1, 4):
        await asyncio.sleep(0)
        print(f"turn {turn}: {len(asyncio.all_tasks())} tasks")


async def close_one():
    async with contextlib.aclosing(polite()) as numbers:
        print(f"left after {await anext(numbers)}")
    print("and here it is over")


def scene_7():
    asyncio.run(drop_one())
    asyncio.run(close_one())


async def keep_one(kept):
    print(f"main: got {await anext(kept)}")
    print("main: over")


def scene_8():
    kept = polite()
    asyncio.run(keep_one(kept))
    print("the loop is closed")


@contextlib.asynccontextmanager
async def connect_to(port):
    if port == 82:
        raise OSError("connection refused")
    print(f"  {port} open")
    try:
        yield port
    finally:
        await asyncio.sleep(0)
        print(f"  {port} closed")


async def connect_to_all(first, last):
    async with contextlib.AsyncExitStack() as opened:
        for port in range(first, last + 1):
            await opened.enter_async_context(connect_to(port))
        return opened.pop_all()  # all is well: they stay open


async def several_connections():
    connections = await connect_to_all(79, 81)
    print("main: all are open")
    await connections.aclose()
    try:
        connections = await connect_to_all(80, 83)
    except OSError as error:
        print(f"main: {error}")


def scene_9():
    asyncio.run(several_connections())


async def slow_numbers():
    i = 1
    while True:
        await asyncio.sleep(0)
        yield i
        i += 1


async def take(numbers):
    return await anext(numbers)


async def two_consumers():
    numbers = slow_numbers()
    a = asyncio.create_task(take(numbers), name="A")
    await a
    b = asyncio.create_task(take(numbers), name="B")
    print(f"A has {await a}, B has {await b}")
    await numbers.aclose()


def scene_10():
    asyncio.run(two_consumers())


if __name__ == "__main__":
    main(globals())
