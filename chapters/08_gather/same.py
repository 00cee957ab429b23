"""Chapter 08's scenes with Python's asyncio."""
import asyncio
import asyncio.staggered
import pathlib
import socket
import sys
import time
import urllib.parse

sys.path.append(str(pathlib.Path(__file__).parents[2] / "common/program"))
from twin import main

SECOND = 0.011  # what the examples call a second


async def say_after(seconds, what):
    await asyncio.sleep(seconds * SECOND)
    print(" ", what)
    return what


async def answer_after(seconds):
    await asyncio.sleep(seconds * SECOND)
    print("  the answer")
    return 42


async def hello_world():
    world, hello, answer = await asyncio.gather(
        say_after(20, "world"), say_after(10, "hello"), answer_after(15))
    print(f"{world}, {hello}, {answer}")


def scene_1():
    start = time.perf_counter()
    asyncio.run(hello_world())
    print(f"{time.perf_counter() - start:.3f} s")


async def f(x):
    await asyncio.sleep(1 / x * SECOND)
    return x


def five():
    return [f(x) for x in (11, 0, 12, "13", 14)]


async def the_first_error():
    try:
        results = await asyncio.gather(*five())
        print(len(results), "results")
    except Exception as error:
        print("gather:", error)
    print("gather with return_exceptions:")
    for outcome in await asyncio.gather(*five(), return_exceptions=True):
        print(" ", outcome)


def scene_2():
    asyncio.run(the_first_error())


async def fail_after(seconds, what):
    await asyncio.sleep(seconds * SECOND)
    print(f"  {what} fails")
    raise RuntimeError(what + " has failed")


async def others_run_on():
    try:
        await asyncio.gather(fail_after(1, "one"), fail_after(2, "two"), say_after(3, "three"))
    except RuntimeError as error:
        print("caught:", error)
    await asyncio.sleep(4 * SECOND)


def scene_3():
    asyncio.run(others_run_on())


def three_tasks():
    async def succeed(seconds):
        await asyncio.sleep(seconds * SECOND)

    async def fail(seconds):
        await asyncio.sleep(seconds * SECOND)
        raise RuntimeError("it failed")

    return [asyncio.create_task(succeed(1), name="early"),
            asyncio.create_task(fail(3), name="failing"),
            asyncio.create_task(succeed(5), name="late")]


def names(tasks):
    return ", ".join(sorted(task.get_name() for task in tasks)) or "nothing"


async def wait_for_three(how, ask=False, **options):
    done, pending = await asyncio.wait(three_tasks(), **options)
    print(f"{how}\n  done: {names(done)}\n  pending: {names(pending)}")
    for task in done:
        if ask and task.exception():
            print("  error:", task.exception())
    if pending:
        await asyncio.wait(pending)


async def four_waits():
    asyncio.get_running_loop().set_exception_handler(
        lambda loop, context: print(f"  (the loop: {context['message']})"))
    await wait_for_three("the first to be done", return_when=asyncio.FIRST_COMPLETED)
    await wait_for_three("the first to fail", True, return_when=asyncio.FIRST_EXCEPTION)
    await wait_for_three("all", return_when=asyncio.ALL_COMPLETED)
    await wait_for_three("all, or two seconds", timeout=2 * SECOND)


def scene_4():
    asyncio.run(four_waits())


async def after(seconds, what):
    await asyncio.sleep(seconds * SECOND)
    return what


def three_words():
    return [asyncio.create_task(after(3, "slow")),
            asyncio.create_task(after(1, "fast")),
            asyncio.create_task(after(2, "medium"))]


async def as_they_come():
    for next_one in asyncio.as_completed(three_words()):
        print(await next_one)
    print("with a time-out:")
    for next_one in asyncio.as_completed(three_words(), timeout=1.5 * SECOND):
        try:
            print(" ", await next_one)
        except TimeoutError:
            print("  TimeoutError")


def scene_5():
    asyncio.run(as_they_come())


async def race():
    async def refused():
        await asyncio.sleep(SECOND)
        raise RuntimeError("refused")

    ways = [lambda: after(1000, "a dead address"), refused,
            lambda: after(1, "a good address"), lambda: after(1, "never tried")]
    winner, index, errors = await asyncio.staggered.staggered_race(ways, 3 * SECOND)
    print(f"way {index}: {winner}")
    print(len(errors), "of 4 were tried")
    print("way 1:", errors[1])


def scene_6():
    start = time.perf_counter()
    asyncio.run(race())
    print(f"{time.perf_counter() - start:.3f} s")


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
    for status, size in await asyncio.gather(*[get(parts) for _ in range(count)]):
        print(f"{status}, {size} bytes")


def scene_7(options):
    if not options.url:
        raise SystemExit("scene 7 fetches from --url, for example --url http://example.com/")
    start = time.perf_counter()
    asyncio.run(get_all(options.url, options.count))
    print(f"{options.count} GETs, gathered: {time.perf_counter() - start:.3f} s")


async def one_turn_later(value):
    await asyncio.sleep(0)
    return value


async def gather_two():
    one = asyncio.create_task(one_turn_later(1), name="one")
    two = asyncio.create_task(one_turn_later(2), name="two")
    first, second = await asyncio.gather(one, two)
    print(f"{first}, {second}")


def scene_8():
    asyncio.run(gather_two())


if __name__ == "__main__":
    main(globals())
