"""The scenes of 03_blocking_sockets, with Python's own sockets."""
import os
import pathlib
import socket
import sys
import tempfile
import threading
import time
import urllib.parse

sys.path.append(str(pathlib.Path(__file__).parents[2] / "common/program"))
from twin import main


def scene_1():
    print("IPv4:", shown(("127.0.0.1", 80)))
    print("IPv6:", shown(("::1", 80)))
    print("Unix:", shown("/run/some.sock"))
    found = socket.getaddrinfo("localhost", 80, socket.AF_INET, socket.SOCK_STREAM)
    for *_, address in dict.fromkeys(found):  # each once
        print("localhost:", shown(address))
    try:
        socket.getaddrinfo("no such host", 80)
    except socket.gaierror as error:
        print(f"getaddrinfo(no such host:80): {error.strerror}")


def shown(address):
    if isinstance(address, str):
        return f"unix:{address}"
    host, port = address[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def scene_2():
    with tempfile.TemporaryDirectory() as folder:
        talk("IPv4", socket.AF_INET, ("127.0.0.1", 0))
        talk_over_ipv6()
        talk("Unix", socket.AF_UNIX, os.path.join(folder, "socket"))
    send_to_a_peer_that_does_not_read()


def talk_over_ipv6():
    try:
        talk("IPv6", socket.AF_INET6, ("::1", 0))
    except OSError as error:
        print(f"IPv6: not on this machine ({error.strerror})")


def talk(name, family, address):
    with socket.socket(family) as server, socket.socket(family) as client:
        server.bind(address)
        server.listen()
        client.connect(server.getsockname())
        accepted, _ = server.accept()
        client.sendall(b"hello")
        question = accepted.recv(4096).decode()
        accepted.sendall(b"HELLO")
        accepted.close()
        answer = client.recv(4096).decode()
        end = client.recv(4096).decode()
        print(f'{name}: "{question}" went, "{answer}" came, then "{end}": the end')


def send_to_a_peer_that_does_not_read():
    megabyte = b"x" * 1_000_000
    ours, theirs = socket.socketpair()
    ours.settimeout(0.010)
    sent = ours.send(megabyte)
    print(f"send took {sent} of {len(megabyte)} bytes")

    ours.settimeout(None)
    reader = threading.Thread(target=lambda: print(f"the peer read {recv_until_closed(theirs)} bytes"))
    reader.start()
    ours.sendall(megabyte[sent:])
    ours.close()
    reader.join()
    theirs.close()


def recv_until_closed(sock):
    size = 0
    while data := sock.recv(4096):
        size += len(data)
    return size


def scene_4(options):
    if not options.url:
        raise SystemExit("scene 4 fetches from --url, for example --url http://example.com/")
    total = 0
    for i in range(options.count):
        start = time.perf_counter()
        http_get(options.url)
        took = time.perf_counter() - start
        print(f"{i}: {took:.3f} s")
        total += took
    print(f"in all: {total:.3f} s")


def http_get(url):
    parts = urllib.parse.urlsplit(url)
    with socket.create_connection((parts.hostname, parts.port or 80)) as sock:
        target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        sock.sendall(f"GET {target} HTTP/1.0\r\nHost: {parts.netloc}\r\n\r\n".encode())
        response = b""
        while data := sock.recv(4096):
            response += data
    return response


if __name__ == "__main__":
    main(globals())
