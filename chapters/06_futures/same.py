"""Chapter 06's scenes in Python: asyncio's own loop and futures, without a coroutine of ours."""
import asyncio
import gc
import pathlib
import socket
import sys
import time
import urllib.parse
import warnings

sys.path.append(str(pathlib.Path(__file__).parents[2] / "common/program"))
from twin import main

UNIT = 0.1


def shown(flag):
    return str(flag).lower()


def scene_1():
    loop = asyncio.new_event_loop()
    future = loop.create_future()
    print("done:", shown(future.done()))
    try:
        future.result()
    except asyncio.InvalidStateError as error:
        print("result: InvalidStateError:", error)
    future.set_result("hello")
    print("done:", shown(future.done()))
    print("result:", future.result())
    try:
        future.set_result("again")
    except asyncio.InvalidStateError:
        print("set_result again: InvalidStateError")
    loop.close()


def scene_2():
    loop = asyncio.new_event_loop()
    future = loop.create_future()
    future.add_done_callback(lambda done: print("  first callback:", done.result()))
    future.add_done_callback(lambda done: print("  second callback:", done.result()))

    def finish():
        print("  set_result")
        future.set_result(42)
        print("  the line after set_result")

    loop.call_soon(finish)
    loop.call_soon(print, "  somebody who was ready before")
    for turn in "first turn", "second turn":
        print(turn)
        loop.stop()
        loop.run_forever()
    loop.close()


def scene_3():
    loop = asyncio.new_event_loop()

    def f(future):
        print("  f: set_result")
        future.set_result("hello")
        print("  f: goes on")

    def stop():
        print("  it still runs: we stop it")
        loop.stop()

    print("run_forever")
    loop.call_soon(f, loop.create_future())
    loop.call_later(UNIT, stop)
    loop.run_forever()
    second = loop.create_future()
    print("run_until_complete")
    loop.call_soon(f, second)
    print("it gives:", loop.run_until_complete(second))
    loop.close()


def scene_4():
    loop = asyncio.new_event_loop()
    ours, peer = socket.socketpair()
    peer.sendall(b"x")

    def on_readable():
        print("a descriptor that is readable")
        loop.remove_reader(ours)

    def on_ready():
        print("what was ready")
        loop.call_soon(print, "next turn: what was scheduled in this one")

    loop.call_later(0, print, "a timer that is due")
    loop.add_reader(ours, on_readable)
    loop.call_soon(on_ready)
    end = loop.create_future()
    loop.call_later(UNIT, end.set_result, None)
    loop.run_until_complete(end)
    loop.close()
    ours.close()
    peer.close()


def timed(start):
    loop = asyncio.new_event_loop()
    end = loop.create_future()
    begin = time.monotonic()
    start(loop, end)
    loop.run_until_complete(end)
    print(f"{time.monotonic() - begin:.3f} s")
    loop.close()


def scene_5():
    def f(number):
        for _ in range(3):
            time.sleep(UNIT)
            print(f"f({number})")

    def start(loop, end):
        for number in range(3):
            loop.call_soon(f, number)
        loop.call_soon(end.set_result, None)

    timed(start)


def my_sleep(loop, delay):
    future = loop.create_future()
    loop.call_later(delay, future.set_result, None)
    return future


def scene_6():
    def f(loop, number, times, on_end):
        def slept(_):
            print(f"f({number})")
            f(loop, number, times - 1, on_end)

        if times == 0:
            return on_end()
        my_sleep(loop, UNIT).add_done_callback(slept)

    def start(loop, end):
        left = [3]

        def on_end():
            left[0] -= 1
            if left[0] == 0:
                end.set_result(None)

        for number in range(3):
            f(loop, number, 3, on_end)

    timed(start)


def scene_7():
    warnings.simplefilter("ignore")  # newer Pythons make no loop without being told
    try:
        loop = asyncio.get_event_loop()
    except RuntimeError:
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)

    def same(other):
        return "the same" if loop is other else "another"

    print("get_event_loop twice:", same(asyncio.get_event_loop()))
    other = asyncio.new_event_loop()
    print("new_event_loop:", same(other))
    try:
        asyncio.get_running_loop()
    except RuntimeError as error:
        print("get_running_loop:", error)
    loop.call_soon(lambda: print("in a callback:", same(asyncio.get_running_loop())))
    loop.stop()
    loop.run_forever()
    other.close()
    loop.close()


def scene_8():
    loop = asyncio.new_event_loop()

    def mistake():
        raise RuntimeError("a mistake")

    def leave():
        raise SystemExit(1)

    def handler(loop, context):
        print("the handler:", context["message"].split(" scene_8")[0])

    loop.set_exception_handler(handler)
    loop.call_soon(mistake)
    loop.call_soon(print, "the next callback runs")
    loop.stop()
    loop.run_forever()
    loop.create_future().set_exception(RuntimeError("nobody looks"))
    gc.collect()
    loop.call_soon(leave)
    try:
        loop.run_forever()
    except SystemExit:
        print("SystemExit leaves the loop")
    loop.close()


async def get(loop, url):
    """Python's sock_* are coroutines, so the steps can stand one below the other."""
    parts = urllib.parse.urlsplit(url)
    with socket.socket() as connection:
        connection.setblocking(False)
        await loop.sock_connect(connection, (parts.hostname, parts.port or 80))
        request = f"GET /?{parts.query} HTTP/1.0\r\nHost: {parts.netloc}\r\n\r\n"
        await loop.sock_sendall(connection, request.encode())
        answer = b""
        while data := await loop.sock_recv(connection, 4096):
            answer += data
    head, body = answer.split(b"\r\n\r\n", 1)
    return f"{head.splitlines()[0].decode().split(' ', 1)[1]}, {len(body)} bytes"


def scene_9(options):
    loop = asyncio.new_event_loop()
    begin = time.monotonic()
    gets = [loop.create_task(get(loop, options.url)) for _ in range(options.count)]
    answers = [loop.run_until_complete(task) for task in gets]
    end = time.monotonic()
    print(*answers, sep="\n")
    print(f"{options.count} GETs, futures: {end - begin:.3f} s")
    loop.close()


def scene_11():
    loop = asyncio.new_event_loop()
    future = loop.create_future()
    future.add_done_callback(lambda done: print("the future is done:", done.result()))

    def finish():
        print("two milliseconds later")
        future.set_result("hello")
        print("the line after set_result")

    loop.call_later(0.002, finish)
    loop.call_soon(print, "soon")
    print("the result:", loop.run_until_complete(future))
    loop.close()


if __name__ == "__main__":
    main(globals())
