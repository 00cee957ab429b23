"""The work of chapter 07, done by Python's asyncio: prints the nanoseconds that one operation takes.

Usage: python3 07_python.py spawn_join|nested_await|yield_1|yield_1000|call_soon|timer_arm_cancel|timer_pair|sleep_100k
"""
import asyncio
import random
import sys
import time


async def one():
    return 1


async def spawn_join():
    for task in [asyncio.create_task(one()) for _ in range(10_000)]:
        await task
    return 10_000


async def nested_await():
    for _ in range(10_000):
        await one()
    return 10_000


async def yield_times(count):
    for _ in range(count):
        await asyncio.sleep(0)


async def yield_1():
    await yield_times(10_000)
    return 10_000


async def yield_1000():
    for task in [asyncio.create_task(yield_times(100)) for _ in range(1_000)]:
        await task
    return 100_000


async def call_soon():
    loop = asyncio.get_running_loop()
    for _ in range(10_000):
        loop.call_soon(len, "")
    await asyncio.sleep(0)
    return 10_000


async def timer_arm_cancel():
    loop = asyncio.get_running_loop()
    timers = [loop.call_later(1 + 10 * random.random(), len, "") for _ in range(100_000)]
    for timer in timers:
        timer.cancel()
    await asyncio.sleep(0)
    return 100_000


async def timer_pair():
    loop = asyncio.get_running_loop()
    when = loop.time() + 1
    for _ in range(10_000):
        loop.call_at(when, len, "").cancel()
    await asyncio.sleep(0)
    return 10_000


async def sleep_100k():
    for task in [asyncio.create_task(asyncio.sleep(random.random() / 1000)) for _ in range(100_000)]:
        await task
    return 100_000


async def measure(workload):
    await workload()
    passes = operations = 0
    start = time.perf_counter_ns()
    while passes == 0 or time.perf_counter_ns() - start < 100_000_000:
        operations += await workload()
        passes += 1
    print((time.perf_counter_ns() - start) / operations)


if __name__ == "__main__":
    asyncio.run(measure(globals()[sys.argv[1]]))
