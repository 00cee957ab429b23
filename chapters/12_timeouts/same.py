"""Chapter 12's scenes with Python's asyncio."""
import asyncio
import pathlib
import sys
import time

sys.path.append(str(pathlib.Path(__file__).parents[2] / "common/program"))
from twin import main

SECOND = 0.011  # what the examples call a second


def lower(value):
    return str(value).lower()


async def load(what, seconds):
    try:
        await asyncio.sleep(seconds)
    except asyncio.CancelledError:
        print(f"  {what}: CancelledError")
        raise
    print(f"  {what}: done")
    return f"the {what}"


def other_tasks():
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    return ", ".join(task.get_name() for task in tasks)


async def load_two_pages():
    me = asyncio.current_task()
    asyncio.get_running_loop().call_later(SECOND, me.cancel)
    await load("first page", SECOND / 10)
    print("the first page came in time")
    await load("second page", 10 * SECOND)  # may take as long as it likes


async def a_timer_that_cancels():
    task = asyncio.create_task(load_two_pages())
    await asyncio.wait([task])
    print(f"cancelled: {lower(task.cancelled())}")


def scene_1():
    asyncio.run(a_timer_that_cancels())


async def too_long():
    try:
        await asyncio.wait_for(load("page", 10 * SECOND), SECOND)
    except TimeoutError:
        print("timed out")
    print(f"pending: [{other_tasks()}]")


def scene_2():
    asyncio.run(too_long())


async def the_task_lives_on():
    task = asyncio.create_task(load("page", 10 * SECOND), name="loader")
    try:
        await asyncio.wait_for(asyncio.shield(task), SECOND)
    except TimeoutError:
        print("timed out")
    print(f"pending: [{other_tasks()}]")
    print(await task)


async def the_outer_cancel_stops_at_the_shield():
    inner = asyncio.create_task(load("page", SECOND))
    outer = asyncio.create_task(asyncio.wait_for(asyncio.shield(inner), 3600))
    await asyncio.sleep(0)
    outer.cancel()
    await asyncio.wait([outer])
    print(f"outer cancelled: {lower(outer.cancelled())}, inner done: {lower(inner.done())}")
    print(await inner)


def scene_3():
    asyncio.run(the_task_lives_on())
    asyncio.run(the_outer_cancel_stops_at_the_shield())


async def two_awaits():
    try:
        async with asyncio.timeout(SECOND):
            await load("first page", SECOND / 10)
            await load("second page", 10 * SECOND)
    except TimeoutError:
        print("timed out")


def scene_4():
    asyncio.run(two_awaits())


async def wait_in(limit):
    async with limit:
        await asyncio.sleep(3600)


def error_of(task):
    return "CancelledError" if task.cancelled() else type(task.exception()).__name__


async def who_asked(who, deadline, user):
    limit = asyncio.timeout(None)
    task = asyncio.create_task(wait_in(limit))
    await asyncio.sleep(0)
    if deadline:
        limit.reschedule(asyncio.get_running_loop().time())
    if user:
        task.cancel()
    await asyncio.wait([task])
    print(
        f"{who}: {error_of(task)}, expired: {lower(limit.expired())}, "
        f"cancelling: {task.cancelling()}"
    )


async def whose_request():
    await who_asked("the deadline", deadline=True, user=False)
    await who_asked("the user", deadline=False, user=True)
    await who_asked("both", deadline=True, user=True)


def scene_5():
    asyncio.run(whose_request())


async def nested(outer, inner, busy):
    try:
        async with asyncio.timeout(outer):
            limit = asyncio.timeout(inner)
            try:
                async with limit:
                    time.sleep(busy)
                    await asyncio.sleep(3600)
            except TimeoutError:
                print("  inner: TimeoutError")
            except asyncio.CancelledError:
                print(f"  inner: CancelledError, expired: {lower(limit.expired())}")
                raise
            await asyncio.sleep(3600)
    except TimeoutError:
        print("  outer: TimeoutError")


async def one_in_another():
    print("the inner one first")
    await nested(outer=10 * SECOND, inner=SECOND, busy=0)
    print("the outer one first")
    await nested(outer=SECOND, inner=10 * SECOND, busy=0)
    print("both in one turn")
    await nested(outer=2 * SECOND, inner=SECOND, busy=3 * SECOND)


def scene_6():
    asyncio.run(one_in_another())


async def says_no():
    try:
        await asyncio.sleep(3600)
    except asyncio.CancelledError:
        print("  swallowed")
    await asyncio.sleep(SECOND)
    print("  and went on")


async def makes_progress(limit):
    for part in range(1, 5):
        await asyncio.sleep(4 * SECOND)
        print(f"  part {part}")
        limit.reschedule(asyncio.get_running_loop().time() + 10 * SECOND)


async def blocks_that_go_on():
    async with asyncio.timeout(SECOND) as limit:
        await says_no()
    print(f"ended well, expired: {lower(limit.expired())}")

    async with asyncio.timeout(10 * SECOND) as limit:
        await makes_progress(limit)
    print("all parts")


def scene_7():
    asyncio.run(blocks_that_go_on())


async def no_time_at_all():
    try:
        async with asyncio.timeout(0):
            print("  the block begins")
            await load("page", 0)
    except TimeoutError:
        print("timed out")
    async with asyncio.timeout(-1):
        print("  the block never waits")
    print("ended well")
    try:
        await asyncio.wait_for(load("page", 0), 0)
    except TimeoutError:
        print("timed out, and never begun")


def scene_8():
    asyncio.run(no_time_at_all())


async def too_slow():
    page = asyncio.create_task(load("page", 3600), name="page")
    try:
        await asyncio.wait_for(page, SECOND)
    except TimeoutError:
        print("timed out")


def scene_9():
    asyncio.run(too_slow())


if __name__ == "__main__":
    main(globals())
