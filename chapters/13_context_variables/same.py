"""The scenes of chapter 13 in Python: `python3 same.py --scene 7`."""
import asyncio
import pathlib
import sys
import threading
from contextvars import Context, ContextVar, Token, copy_context

sys.path.append(str(pathlib.Path(__file__).parents[2] / "common/program"))
from twin import main


def lower(flag):
    """True as C++ prints it."""
    return str(flag).lower()


def log_for(user, logged):
    print(f"{user}'s request is logged for {logged}")


async def handle_with_a_global(user):
    global user_of_all
    user_of_all = user
    await asyncio.sleep(0)
    log_for(user, user_of_all)


async def both(handle_request):
    await asyncio.gather(handle_request("ann"), handle_request("bob"))


def scene_1():
    asyncio.run(both(handle_with_a_global))


of_thread = threading.local()


def logged_in_a_thread(user, both_have_begun, logged):
    of_thread.user = user
    both_have_begun.wait()
    logged[user] = of_thread.user


def one_thread_each():
    both_have_begun = threading.Barrier(2)
    logged = {}
    threads = [
        threading.Thread(target=logged_in_a_thread, args=(user, both_have_begun, logged))
        for user in ("ann", "bob")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    log_for("ann", logged["ann"])
    log_for("bob", logged["bob"])


async def handle_with_a_thread_local(user):
    of_thread.user = user
    await asyncio.sleep(0)
    log_for(user, of_thread.user)


def scene_2():
    print("one thread each:")
    one_thread_each()
    print("one task each:")
    asyncio.run(both(handle_with_a_thread_local))


outside = {}
current = outside


class Job:
    def __init__(self, steps):
        self.steps = steps
        self.variables = dict(current)


def handle_in_steps(user):
    current["user"] = user
    yield
    log_for(user, current["user"])


def make_step(job):
    global current
    current = job.variables
    next(job.steps, None)
    current = outside


def scene_3():
    ann = Job(handle_in_steps("ann"))
    bob = Job(handle_in_steps("bob"))
    for job in (ann, bob, ann, bob):
        make_step(job)


current_user = ContextVar("current_user")


async def ask_the_database():
    await asyncio.sleep(0)
    print(f"  a query for {current_user.get()}")


async def handle(user):
    current_user.set(user)
    await ask_the_database()
    log_for(user, current_user.get())


def scene_4():
    asyncio.run(both(handle))


var = ContextVar("var")
with_default = ContextVar("with_default", default=42)


def error_of(action):
    try:
        action()
        return "no error"
    except Exception as error:
        return type(error).__name__


def scene_5():
    print("without a value:", error_of(var.get))
    print(f"get(7): {var.get(7)}, with a default: {with_default.get()}")

    first = var.set(1)
    second = var.set(2)
    print("after two sets:", var.get())
    missing = "missing" if first.old_value is Token.MISSING else "a value"
    print(f"the tokens know: {missing}, {second.old_value}")
    var.reset(second)
    print("after the reset:", var.get())

    print("a token used twice:", error_of(lambda: var.reset(second)))
    print("another variable's:", error_of(lambda: with_default.reset(first)))
    print("another context's:", error_of(lambda: copy_context().run(var.reset, first)))
    var.reset(first)
    print("after the first token:", var.get(7))


color = ContextVar("color", default="red")


def paint_and_add(a, b):
    color.set("blue")
    return a + b + var.get()


def scene_6():
    token = var.set(1)
    copy = copy_context()
    var.set(2)
    print(f"here {var.get()}, in the copy {copy[var]}")

    total = copy.run(paint_and_add, 10, 20)
    print(f"run gave {total}, here {color.get()}, in the copy {copy[color]}")

    names = sorted((key.name for key in copy), key=["var", "color"].index)
    print(f"{len(copy)} variables: {', '.join(names)}")
    print(f"contains with_default: {lower(with_default in copy)}, get: {copy.get(with_default, 0)}")
    print(f"copy == copy.copy(): {lower(copy == copy.copy())}")
    print("entered twice:", error_of(lambda: copy.run(copy.run, print)))
    var.reset(token)


async def foo():
    print("foo", var.get())
    var.set(2)


async def awaits_foo():
    var.set(1)
    copy = copy_context()
    print("main", var.get())
    await foo()
    print("main", var.get())
    print("the copy", copy[var])


async def makes_a_task_of_foo():
    var.set(1)
    print("main", var.get())
    await asyncio.create_task(foo())
    print("main", var.get())


async def makes_a_task_of_foo_in_a_context():
    var.set(1)
    shared = copy_context()
    await asyncio.create_task(foo(), context=shared)
    print(f"main {var.get()}, the shared one {shared[var]}")


def scene_7():
    print("awaited:")
    asyncio.run(awaits_foo())
    print("a task:")
    asyncio.run(makes_a_task_of_foo())
    print("a task in a context that we hold:")
    asyncio.run(makes_a_task_of_foo_in_a_context())


async def what_is_scheduled():
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    context = Context()
    context.run(var.set, 100)

    var.set(1)
    loop.call_soon(lambda: print("a callback:", var.get()))
    var.set(2)
    future.add_done_callback(lambda _: print("a done-callback:", var.get()))
    loop.call_later(0, lambda: print("a timer:", var.get()))
    var.set(3)
    loop.call_soon(lambda: print("in a context that we hold:", var.get()), context=context)
    var.set(4)
    future.set_result(None)
    await asyncio.sleep(0.001)
    print("main:", var.get())


def scene_8():
    asyncio.run(what_is_scheduled())


def counter():
    while True:
        var.set(var.get(0) + 1)
        yield var.get()


def scene_9():
    one = counter()
    other = Context()
    first = next(one)
    second = next(one)
    print(f"here: {first}, {second}; var is {var.get()}")
    elsewhere = other.run(next, one)
    print(f"in another context: {elsewhere}; var is {other[var]} there, {var.get()} here")


if __name__ == "__main__":
    main(globals())
