"""Chapter 09's scenes with Python's asyncio."""
import asyncio
import pathlib
import sys

sys.path.append(str(pathlib.Path(__file__).parents[2] / "common/program"))
from twin import main

SECOND = 0.011  # what the examples call a second


def lower(value):
    return str(value).lower()


async def long_task():
    try:
        await asyncio.sleep(10 * SECOND)
    except asyncio.CancelledError:
        print("  long: cleaning up")
        raise


async def wrong_task():
    return 1 / 0


async def normal_task():
    await asyncio.sleep(SECOND / 10)


def pending(tasks):
    return ", ".join(task.get_name() for task in tasks if not task.done())


async def stop_what_is_left():
    tasks = [
        asyncio.create_task(long_task(), name="long"),
        asyncio.create_task(wrong_task(), name="wrong"),
        asyncio.create_task(normal_task(), name="normal"),
    ]
    try:
        await asyncio.gather(*tasks)
    except ZeroDivisionError as error:
        print("gather:", error)
    await tasks[2]
    print(f"pending: [{pending(tasks)}]")
    tasks[0].cancel()
    await asyncio.wait(tasks)
    print(f"pending: [{pending(tasks)}], long was cancelled: {lower(tasks[0].cancelled())}")


def scene_1():
    asyncio.run(stop_what_is_left())


async def sleeper():
    try:
        print("  task: sleeps")
        await asyncio.sleep(3600)
    except asyncio.CancelledError as error:
        print("  task: CancelledError:", error)
        raise


async def cancel_and_look():
    task = asyncio.create_task(sleeper())
    await asyncio.sleep(0)
    print("main: cancels")
    accepted = task.cancel("enough")
    print(f"main: accepted: {lower(accepted)}, done: {lower(task.done())}")
    await asyncio.sleep(0)
    print(f"main: done: {lower(task.done())}, cancelled: {lower(task.cancelled())}")
    print(f"main: cancels again, accepted: {lower(task.cancel())}")


def scene_2():
    asyncio.run(cancel_and_look())


async def catches_errors():
    try:
        await asyncio.sleep(3600)
    except Exception as error:
        print("  caught an error:", error)


async def swallows():
    try:
        await asyncio.sleep(3600)
    except asyncio.CancelledError:
        print("  swallowed")
    return "I am still here"


async def who_catches():
    careful = asyncio.create_task(catches_errors())
    stubborn = asyncio.create_task(swallows())
    await asyncio.sleep(0)
    careful.cancel()
    stubborn.cancel()
    await asyncio.sleep(0)
    print(f"who catches errors: cancelled: {lower(careful.cancelled())}")
    print(
        f"who swallows it: cancelled: {lower(stubborn.cancelled())}, "
        f"cancelling: {stubborn.cancelling()}, result: {stubborn.result()}"
    )


def scene_3():
    asyncio.run(who_catches())


async def innermost(future):
    try:
        await future
    except asyncio.CancelledError:
        print("  innermost")
        raise


async def middle(future):
    try:
        await innermost(future)
    except asyncio.CancelledError:
        print("  middle")
        raise


async def waits_for(inner):
    await inner


async def down_and_up():
    future = asyncio.get_running_loop().create_future()
    inner = asyncio.create_task(middle(future), name="inner")
    outer = asyncio.create_task(waits_for(inner), name="outer")
    await asyncio.sleep(0)
    outer.cancel()
    print(f"at once: future cancelled: {lower(future.cancelled())}")
    for turn in (1, 2):
        await asyncio.sleep(0)
        print(
            f"turn {turn}: inner cancelled: {lower(inner.cancelled())}, "
            f"outer cancelled: {lower(outer.cancelled())}"
        )


def scene_4():
    asyncio.run(down_and_up())


async def counted():
    task = asyncio.create_task(swallows())
    await asyncio.sleep(0)
    task.cancel()
    task.cancel()
    print("two requests, cancelling:", task.cancelling())
    await asyncio.sleep(0)
    print("one error, cancelling:", task.cancelling())
    print("uncancel:", task.uncancel())
    print("uncancel:", task.uncancel())
    print("uncancel:", task.uncancel())


def scene_5():
    asyncio.run(counted())


async def says_something():
    print("  never printed")
    return 1


async def cancels_itself():
    asyncio.current_task().cancel()
    print("  goes on until it waits")
    await asyncio.sleep(3600)
    print("  never printed")


async def nothing_to_cancel():
    early = asyncio.create_task(says_something())
    early.cancel()
    await asyncio.sleep(0)
    print(f"before the first step: cancelled: {lower(early.cancelled())}")

    itself = asyncio.create_task(cancels_itself())
    await asyncio.wait([itself])
    print(f"by itself: cancelled: {lower(itself.cancelled())}")

    future = asyncio.get_running_loop().create_future()
    late = asyncio.create_task(waits_for(future))
    await asyncio.sleep(0)
    future.set_result(7)
    late.cancel()
    await asyncio.sleep(0)
    print(
        f"too late for the future: its result: {future.result()}, "
        f"task cancelled: {lower(late.cancelled())}"
    )


def scene_6():
    asyncio.run(nothing_to_cancel())


async def say_goodbye():
    print("  goodbye ...")
    await asyncio.sleep(SECOND)
    print("  ... said")


async def polite():
    try:
        await asyncio.sleep(3600)
    except asyncio.CancelledError:
        await say_goodbye()
        raise


async def cleanup_awaits():
    task = asyncio.create_task(polite())
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
    print(f"cancelled: {lower(task.cancelled())}")


def scene_7():
    asyncio.run(cleanup_awaits())


async def precious():
    await asyncio.sleep(SECOND)
    print("  the work is done")
    return "the result"


async def waits_behind_a_shield(inner):
    try:
        await asyncio.shield(inner)
    except asyncio.CancelledError:
        print("  who waited: CancelledError")
        raise


async def shielded():
    inner = asyncio.create_task(precious())
    outer = asyncio.create_task(waits_behind_a_shield(inner))
    await asyncio.sleep(0)
    outer.cancel()
    await asyncio.wait([outer])
    print(f"outer cancelled: {lower(outer.cancelled())}, inner done: {lower(inner.done())}")
    print(await inner)


def scene_8():
    asyncio.run(shielded())


if __name__ == "__main__":
    main(globals())
