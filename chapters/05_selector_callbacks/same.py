"""Chapter 05's scenes in Python: the selectors module, and callbacks on top of it."""
import errno
import functools
import os
import pathlib
import re
import selectors
import socket
import sys
import time
import urllib.parse

sys.path.append(str(pathlib.Path(__file__).parents[2] / "common/program"))
from twin import main

WORDS = {1: "read", 2: "write", 3: "read and write"}


def print_ready(selector):
    ready = selector.select(0)
    if not ready:
        print("  ready: nothing")
    for key, events in ready:
        print(f"  ready: {key.data}, to {WORDS[events]}")


def scene_1():
    ours, peer = socket.socketpair()
    selector = selectors.DefaultSelector()
    selector.register(ours, selectors.EVENT_READ, "our socket")
    print("registered for read")
    print_ready(selector)
    peer.sendall(b"hello")
    print("the peer has sent five bytes")
    print_ready(selector)
    selector.modify(ours, selectors.EVENT_READ | selectors.EVENT_WRITE, "our socket")
    print("modified: for read and write")
    print_ready(selector)
    print("received", len(ours.recv(16)), "bytes")
    print_ready(selector)
    selector.unregister(ours)
    print("unregistered:", len(selector.get_map()), "keys left")
    try:
        selector.unregister(ours)
    except KeyError:
        print("unregistered again: KeyError")
    selector.close()
    ours.close()
    peer.close()


def run_callbacks(selector):
    while selector.get_map():
        for key, events in selector.select():
            key.data()


class RequestGet:
    """connect -> on writable: send -> on readable: receive until the end."""

    def __init__(self, selector, url, on_done=None):
        parts = urllib.parse.urlsplit(url)
        self.selector = selector
        self.address = parts.hostname, parts.port or 80
        self.request = f"GET /?{parts.query} HTTP/1.0\r\nHost: {parts.netloc}\r\n\r\n".encode()
        self.answer = b""
        self.on_done = on_done

    def start(self):
        self.socket = socket.socket()
        self.socket.setblocking(False)
        self.socket.connect_ex(self.address)
        self.selector.register(self.socket, selectors.EVENT_WRITE, self.on_writable)

    def on_writable(self):
        self.socket.send(self.request)
        self.selector.modify(self.socket, selectors.EVENT_READ, self.on_readable)

    def on_readable(self):
        data = self.socket.recv(4096)
        self.answer += data
        if not data:
            self.selector.unregister(self.socket)
            self.socket.close()
            if self.on_done:
                self.on_done(self)

    def status(self):
        return self.answer.split()[1].decode()

    def summary(self):
        head, body = self.answer.split(b"\r\n\r\n", 1)
        return f"{head.splitlines()[0].decode().split(' ', 1)[1]}, {len(body)} bytes"


def scene_2(options):
    start = time.monotonic()
    selector = selectors.DefaultSelector()
    gets = [RequestGet(selector, options.url) for _ in range(options.count)]
    for get in gets:
        get.start()
    run_callbacks(selector)
    end = time.monotonic()
    for get in gets:
        print(get.summary())
    print(f"{len(gets)} GETs at once: {end - start:.3f} s")


def ten_gets(options, selector, on_done):
    gets = []
    for i in range(10):
        delay = f"delay={options.delay * 1000 * (11 - i):.0f}ms"
        url = re.sub(r"delay=[^&]*", delay, options.url)
        gets.append(RequestGet(selector, url, functools.partial(on_done, i)))
    return gets


def scene_3(options):
    selector = selectors.DefaultSelector()
    gets = ten_gets(options, selector, lambda i, get: print(f"GET {i} is done: {get.status()}"))
    start = time.monotonic()
    for get in gets:
        get.start()
    run_callbacks(selector)
    print(f"all of them: {time.monotonic() - start:.3f} s")


def nested_get(selector, address, request, done):
    sock = socket.socket()
    sock.setblocking(False)

    def on_writable():
        selector.unregister(sock)
        if error := sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            sock.close()
            return done(OSError(error, os.strerror(error)), None)
        answer = b""

        def on_readable():
            nonlocal answer
            try:
                data = sock.recv(4096)
            except OSError as error:
                selector.unregister(sock)
                return done(error, None)
            answer += data
            if not data:
                selector.unregister(sock)
                sock.close()
                done(None, answer)

        try:
            sock.send(request)
        except OSError as error:
            return done(error, None)
        selector.register(sock, selectors.EVENT_READ, on_readable)

    error = sock.connect_ex(address)
    if error not in (0, errno.EINPROGRESS):
        return done(OSError(error, os.strerror(error)), None)
    selector.register(sock, selectors.EVENT_WRITE, on_writable)


def scene_6():
    taken = socket.socket()
    taken.bind(("127.0.0.1", 0))
    selector = selectors.DefaultSelector()

    def done(error, answer):
        print("a callback:", error.strerror if error else answer)

    try:
        nested_get(selector, taken.getsockname(), b"GET / HTTP/1.0\r\n\r\n", done)
        print("the try block is over: nothing was thrown")
    except OSError as error:
        print("caught:", error)
    run_callbacks(selector)
    taken.close()


def scene_7(options):
    done = 0

    def on_done(i, get):
        nonlocal done
        done += 1
        if done == 3:
            raise RuntimeError("a mistake in the third answer's callback")

    selector = selectors.DefaultSelector()
    try:
        for get in (gets := ten_gets(options, selector, on_done)):
            get.start()
        run_callbacks(selector)
    except RuntimeError as error:
        print("out of the loop came:", error)
    print(done, "of", len(gets), "were answered")
    for key in list(selector.get_map().values()):
        key.fileobj.close()


if __name__ == "__main__":
    main(globals())
