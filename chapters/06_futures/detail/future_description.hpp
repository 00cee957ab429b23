#pragma once
// What a future says of itself, and to whom: its description, and the report of an error that
// nobody has seen (future_base.hpp includes this).
#include <cstddef>
#include <string>
#include <string_view>
#include <typeinfo>
#include <vector>

#include <fmt/format.h>

#include "06_futures/detail/errors.hpp"
#include "06_futures/detail/log.hpp"
#include "06_futures/future_base.hpp"

namespace aio {

inline void FutureBase::report_unretrieved() noexcept {
    const ExceptionContext context{std::string(kind()) + " exception was never retrieved",
                                   exception_, describe()};
    try {
        if (EventLoop::is_alive(loop_)) return loop_->call_exception_handler(context);
    } catch (...) {  // a request to exit, which cannot leave a destructor
    }
    log(context.message + "\n  " + aio::describe(exception_));
}

inline std::string FutureBase::describe() const {
    const auto text = [this](std::string_view state, const std::string& more) {
        return fmt::format("<{} {}{}{}>", kind(), state, more.empty() ? "" : " ", more);
    };
    if (status_ == FutureStatus::pending) return text("pending", describe_callbacks());
    if (status_ == FutureStatus::cancelled) return text("cancelled", "");
    if (failed()) return text("finished", "exception=" + aio::describe(exception_));
    const std::string result = describe_result();
    return text("finished", result.empty() ? "" : "result=" + result);
}

/// The first and the last of those who wait: "cb=[f, <3 more>, g]".
inline std::string FutureBase::describe_callbacks() const {
    std::vector<const Callback*> all;
    callbacks_.for_each([&](const Callback& callback) { all.push_back(&callback); });
    if (all.empty()) return "";
    std::string text = "cb=[" + all.front()->describe_waiter();
    if (all.size() > 2) text += fmt::format(", <{} more>", all.size() - 2);
    if (all.size() > 1) text += ", " + all.back()->describe_waiter();
    return text + "]";
}

}  // namespace aio
