"""The scenes of 04_nonblocking_polling, with Python's own sockets."""
import pathlib
import socket
import sys
import time
import urllib.parse

sys.path.append(str(pathlib.Path(__file__).parents[2] / "common/program"))
from twin import main


def scene_1():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setblocking(False)
        print_recv(ours)
        theirs.sendall(b"hello")
        print_recv(ours)
        print_recv(ours)
        theirs.shutdown(socket.SHUT_WR)
        print_recv(ours)
        send_until_full(ours)


def print_recv(sock):
    try:
        data = sock.recv(4096)
    except BlockingIOError:
        print("recv: nothing yet")
    else:
        print(f'recv: "{data.decode()}"' if data else "recv: the end")


def send_until_full(sock):
    total = 0
    try:
        while True:
            total += sock.send(b"x" * 1_000_000)
    except BlockingIOError:
        print(f"send: {total} bytes, and no more for now")


def scene_2(options):
    if not options.url:
        raise SystemExit("scene 2 fetches from --url, for example --url http://example.com/")
    total = 0
    for i in range(options.count):
        start = time.perf_counter()
        polled_get(options.url)
        took = time.perf_counter() - start
        print(f"{i}: {took:.3f} s")
        total += took
    print(f"in all: {total:.3f} s")


def polled_get(url):
    parts = urllib.parse.urlsplit(url)
    target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    request = f"GET {target} HTTP/1.0\r\nHost: {parts.netloc}\r\n\r\n".encode()
    address = socket.getaddrinfo(parts.hostname, parts.port or 80, type=socket.SOCK_STREAM)[0]
    with socket.socket(address[0]) as sock:
        sock.setblocking(False)
        try:
            sock.connect(address[4])
        except BlockingIOError:
            pass
        poll(lambda: sock.sendall(request))
        response = b""
        while data := poll(lambda: sock.recv(4096)):
            response += data
        return response


def poll(call):
    while True:
        try:
            return call()
        except BlockingIOError:  # not yet: try again
            pass


if __name__ == "__main__":
    main(globals())
