#pragma once
// Sockets for the mini loop: try at once, and if it is too early, whenever the descriptor is ready.
//
// Chapter 04 has the three tries; here each gives a future. The socket must be non-blocking, and
// must live until the future is done. Thread rule: the loop's thread.
#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "04_nonblocking_polling/nonblocking.hpp"
#include "06_futures/mini_loop.hpp"

namespace aio::mini {

/// The result of attempt(), which gives nothing as long as it is too early.
template <class T, class Attempt>
Future<T> retry(Loop& loop, int fd, Events event, Attempt attempt) {
    const Future<T> future(loop);
    const auto try_once = [=, &loop] {
        try {
            auto result = attempt();
            if (!result) return;
            loop.remove(fd);
            future.set_result(*std::move(result));
        } catch (...) {
            loop.remove(fd);
            future.set_exception(std::current_exception());
        }
    };
    try_once();
    if (future.done()) return future;
    event == Events::read ? loop.add_reader(fd, try_once) : loop.add_writer(fd, try_once);
    return future;
}

/// Connects.
[[nodiscard]] inline Future<> sock_connect(Loop& loop, Socket& socket, const Address& address) {
    const auto attempt = [&socket, address]() -> std::optional<std::monostate> {
        if (!try_connect(socket, address)) return std::nullopt;
        return std::monostate();
    };
    return retry<void>(loop, socket.fileno(), Events::write, attempt);
}

/// Sends all of `data`.
[[nodiscard]] inline Future<> sock_sendall(Loop& loop, Socket& socket, std::string data) {
    const auto unsent = std::make_shared<std::string>(std::move(data));  // for all tries the same
    const auto attempt = [&socket, unsent]() -> std::optional<std::monostate> {
        unsent->erase(0, try_send(socket, *unsent).value_or(0));
        if (!unsent->empty()) return std::nullopt;
        return std::monostate();
    };
    return retry<void>(loop, socket.fileno(), Events::write, attempt);
}

/// Up to `size` bytes, as soon as there are any; none at the end.
[[nodiscard]] inline Future<std::string> sock_recv(Loop& loop, Socket& socket, std::size_t size) {
    const auto attempt = [&socket, size]() -> std::optional<std::string> {
        std::string bytes(size, '\0');
        const auto count = try_recv(socket, bytes);
        if (!count) return std::nullopt;
        bytes.resize(*count);
        return bytes;
    };
    return retry<std::string>(loop, socket.fileno(), Events::read, attempt);
}

}  // namespace aio::mini
