#pragma once
// How a future ended, as one line that reads in a failure: "result 3", "cancelled: enough".
#include <string>
#include <type_traits>

#include <fmt/format.h>

#include "06_futures/future.hpp"

/// "pending", "result 3" (of void: "result"), "cancelled", "cancelled: enough", "failed: why".
template <class T>
std::string ending_of(const aio::Future<T>& future) {
    if (!future.done()) return "pending";
    if (future.cancelled()) {
        try {
            (void)future.exception();
        } catch (const aio::CancelledError& error) {
            return error.message().empty() ? "cancelled" : "cancelled: " + error.message();
        }
    }
    if (const auto error = future.exception()) return "failed: " + aio::describe(error);
    if constexpr (std::is_void_v<T>) {
        return "result";
    } else {
        return fmt::format("result {}", future.result());
    }
}
