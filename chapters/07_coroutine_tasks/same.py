"""Chapter 07's scenes with Python's asyncio."""
import asyncio
import pathlib
import socket
import sys
import time
import urllib.parse

sys.path.append(str(pathlib.Path(__file__).parents[2] / "common/program"))
from twin import main

SECOND = 0.011  # what the example calls a second


class GeneratorTask:
    """A task over a generator: the way asyncio began."""

    def __init__(self, loop, generator):
        self.generator = generator
        self.result = loop.create_future()
        loop.call_soon(self.step, None)

    def step(self, waited_for):
        try:
            future = self.generator.send(waited_for.result() if waited_for else None)
        except StopIteration as end:
            self.result.set_result(end.value)
        else:
            future.add_done_callback(self.step)


def later(loop, value):
    future = loop.create_future()
    loop.call_later(0.02, future.set_result, value)
    return future


def add(loop, a, b):
    print(f"Compute {a} + {b} ...")
    total = yield later(loop, a + b)
    print(f"{a} + {b} = {total}")
    return total


def scene_1():
    loop = asyncio.new_event_loop()
    one = GeneratorTask(loop, add(loop, 1, 2))
    two = GeneratorTask(loop, add(loop, 3, 4))
    loop.run_until_complete(one.result)
    loop.run_until_complete(two.result)
    print("in all:", one.result.result() + two.result.result())
    loop.close()


async def hello():
    print("  hello runs")
    return "hello"


def scene_2():
    coroutine = hello()
    print("called")
    try:
        coroutine.send(None)
    except StopIteration as end:
        print(f'sent: it ran to its end, and returned "{end.value}"')
    try:
        coroutine.send(None)
    except RuntimeError as error:
        print("sent again:", error)


async def hello_twice():
    print("main awaits")
    await hello()
    print("main awaits again")
    await hello()
    print("main returns")


def scene_3():
    try:
        hello_twice().send(None)
    except StopIteration:
        print("all of that in one send")


async def compute(x, y):
    print(f"Compute {x} + {y} ...")
    await asyncio.sleep(0.1)
    return x + y


async def print_sum(x, y):
    total = await compute(x, y)
    print(f"{x} + {y} = {total}")


def scene_5():
    asyncio.run(print_sum(1, 2))


async def say(what, seconds):
    await asyncio.sleep(seconds * SECOND)
    print(" ", what)


async def three_tasks():
    one = asyncio.create_task(say("one", 6))
    two = asyncio.create_task(say("two", 5))
    three = asyncio.create_task(say("three", 4))
    await one
    await two
    await three


async def three_awaits():
    await say("one", 6)
    await say("two", 5)
    await say("three", 4)


async def three_tasks_too_late():
    await asyncio.create_task(say("one", 6))
    await asyncio.create_task(say("two", 5))
    await asyncio.create_task(say("three", 4))


def print_time_of(what, coroutine):
    print(what)
    start = time.perf_counter()
    asyncio.run(coroutine)
    print(f"  {time.perf_counter() - start:.3f} s")


def scene_6():
    print_time_of("three tasks", three_tasks())
    print_time_of("three coroutines", three_awaits())
    print_time_of("three tasks, each awaited at once", three_tasks_too_late())


async def answer():
    return 42


async def name_of_the_current_task():
    return asyncio.current_task().get_name()


def names_of_all_tasks():
    return sorted(task.get_name() for task in asyncio.all_tasks())


async def names_and_tasks():
    asyncio.current_task().set_name("main")
    one = asyncio.create_task(name_of_the_current_task(), name="one")
    two = asyncio.create_task(name_of_the_current_task(), name="two")
    print("all tasks:", ", ".join(names_of_all_tasks()))
    print(f"names: {await one}, {await two}")
    print("all tasks:", ", ".join(names_of_all_tasks()))
    print("current:", await name_of_the_current_task())
    print("sleep gives:", await asyncio.sleep(0.001, "this"))


async def ensured_futures():
    future = asyncio.get_running_loop().create_future()
    future.set_result(1)
    task = asyncio.create_task(answer())
    print("a future stays:", str(asyncio.ensure_future(future) is future).lower())
    print("a task stays:", str(asyncio.ensure_future(task) is task).lower())
    print("a coroutine becomes a task:", await asyncio.ensure_future(answer()))
    await task


def scene_7():
    print("run gives:", asyncio.run(answer()))
    with asyncio.Runner() as runner:
        loop = runner.get_loop()
        runner.run(names_and_tasks())
        runner.run(ensured_futures())
        print("all on one loop:", str(loop is runner.get_loop()).lower())


async def run_in_a_run():
    inner = answer()
    try:
        asyncio.run(inner)
    except RuntimeError as error:
        print("RuntimeError:", error)
    inner.close()


def scene_8():
    asyncio.run(run_in_a_run())


async def get(parts):
    loop = asyncio.get_running_loop()
    target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    request = f"GET {target} HTTP/1.0\r\nHost: {parts.netloc}\r\n\r\n".encode()
    with socket.socket() as sock:
        sock.setblocking(False)
        await loop.sock_connect(sock, (parts.hostname, parts.port or 80))
        await loop.sock_sendall(sock, request)
        response = b""
        while data := await loop.sock_recv(sock, 4096):
            response += data
    head, _, body = response.partition(b"\r\n\r\n")
    return head.split(b"\r\n")[0].decode().split(" ", 1)[1], len(body)


async def get_all(url, count):
    parts = urllib.parse.urlsplit(url)
    tasks = [asyncio.create_task(get(parts)) for _ in range(count)]
    for task in tasks:
        status, size = await task
        print(f"{status}, {size} bytes")


def scene_12(options):
    if not options.url:
        raise SystemExit("scene 12 fetches from --url, for example --url http://example.com/")
    start = time.perf_counter()
    asyncio.run(get_all(options.url, options.count))
    print(f"{options.count} GETs, a task each: {time.perf_counter() - start:.3f} s")


class Button:
    """Somebody waits until it is pressed."""

    def __await__(self):
        self.waiting = asyncio.get_running_loop().create_future()
        yield from self.waiting

    def press(self):
        print("pressed")
        self.waiting.set_result(None)
        print("press() is over")


async def wait_for(button):
    await button
    print(asyncio.current_task().get_name(), "goes on")


async def press_a_button():
    button = Button()
    task = asyncio.create_task(wait_for(button), name="the task that waited")
    await asyncio.sleep(0)
    button.press()
    await task


def scene_13():
    asyncio.run(press_a_button())


async def waits_for_a_timer():
    future = later(asyncio.get_running_loop(), 5)
    print("it gives", await future)


def scene_15():
    asyncio.run(waits_for_a_timer())


if __name__ == "__main__":
    main(globals())
