#pragma once
// How a task is called; and how often it was asked to stop, and with what message (chapter 09).
//
// A task without a name of its own is called by its number: "Task-7". (Chapter 20 has a TaskLabel
// that is one word: most tasks are never asked for any of it.)
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace aio {

class TaskLabel {
  public:
    /// An empty name means a numbered one. Numbers grow; each thread counts for itself.
    explicit TaskLabel(std::string_view name) : name_(name) {}
    TaskLabel(const TaskLabel&) = delete;
    TaskLabel& operator=(const TaskLabel&) = delete;

    [[nodiscard]] std::string name() const {
        return name_.empty() ? fmt::format("Task-{}", number_) : name_;
    }
    void set_name(std::string name) { name_ = std::move(name); }

    [[nodiscard]] int cancels() const noexcept { return cancels_; }
    int add_cancels(int by) { return cancels_ += by; }

    [[nodiscard]] std::string cancel_message() const { return cancel_message_; }
    void set_cancel_message(const std::string& message) { cancel_message_ = message; }

  private:
    static inline constinit thread_local std::uint64_t last_number_ = 0;

    std::uint64_t number_ = ++last_number_;
    std::string name_;
    int cancels_ = 0;
    std::string cancel_message_;
};

}  // namespace aio
