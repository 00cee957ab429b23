#pragma once
// What few tasks have, in one word: a name of their own, cancel requests, a cancel message.
//
// Every task has a number ("Task-7"). It fits into the word that would otherwise point to the
// rest, which is allocated when the first of these rarer things is needed: an address is even, and
// so an odd word is a number. Chapter 07's has room for all of it in every task: 80 bytes.
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "06_futures/detail/pool.hpp"

namespace aio {

class TaskLabel {
  public:
    /// An empty name means a numbered one. Numbers grow; each thread counts for itself.
    explicit TaskLabel(std::string_view name) : bits_(2 * ++last_number_ + 1) {
        if (!name.empty()) rest().name = name;
    }
    TaskLabel(const TaskLabel&) = delete;
    TaskLabel& operator=(const TaskLabel&) = delete;
    ~TaskLabel() {
        if (!is_number()) delete pointer();
    }

    [[nodiscard]] std::string name() const {
        if (!is_number() && !pointer()->name.empty()) return pointer()->name;
        return fmt::format("Task-{}", is_number() ? bits_ / 2 : pointer()->number);
    }
    void set_name(std::string name) { rest().name = std::move(name); }

    [[nodiscard]] int cancels() const noexcept { return is_number() ? 0 : pointer()->cancels; }
    int add_cancels(int by) { return rest().cancels += by; }

    [[nodiscard]] std::string cancel_message() const {
        return is_number() ? std::string() : pointer()->cancel_message;
    }
    void set_cancel_message(const std::string& message) {
        if (is_number() && message.empty()) return;
        rest().cancel_message = message;
    }

  private:
    struct Rest : Pooled {
        std::uint64_t number = 0;
        int cancels = 0;
        std::string name;
        std::string cancel_message;
    };

    [[nodiscard]] bool is_number() const noexcept { return (bits_ & 1) != 0; }
    [[nodiscard]] Rest* pointer() const noexcept { return reinterpret_cast<Rest*>(bits_); }

    Rest& rest() {
        if (is_number()) {
            auto* rest = new Rest;
            rest->number = bits_ / 2;
            bits_ = reinterpret_cast<std::uintptr_t>(rest);
        }
        return *pointer();
    }

    static inline constinit thread_local std::uint64_t last_number_ = 0;

    std::uintptr_t bits_;  // odd: twice the number, plus one; even: a Rest, owned
};

}  // namespace aio
