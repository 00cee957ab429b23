#pragma once
// format_exception(): an exception as text, and a group as the tree that it is.
//
// The drawing is that of Python's traceback module, without the traces, which C++ exceptions do not
// have. Fifteen members of a group are shown, and ten levels: a group of ten thousand errors must
// not fill the screen.
#include <algorithm>
#include <cstddef>
#include <exception>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "06_futures/detail/errors.hpp"
#include "11_task_groups/exception_group.hpp"
#include "11_task_groups/exception_ptr_cast.hpp"

namespace aio {

namespace detail {

/// Draws exceptions, one below the other. What stands at level 0 has no margin.
class ExceptionDrawing {
  public:
    void draw(const std::exception_ptr& error, std::size_t level) {
        const auto* group = exception_ptr_cast<BaseExceptionGroup>(error);
        if (group == nullptr) return add(level, describe(error));
        const bool is_described = exception_ptr_cast<std::exception>(error) != nullptr;
        draw(*group, is_described ? describe(error) : describe(error) + ": " + group->what(),
             level);
    }

    /// `title` is the type and the text of `group`.
    void draw(const BaseExceptionGroup& group, std::string_view title, std::size_t level) {
        if (level > kMaxLevels) {
            return add(level, fmt::format("... (max_group_depth is {})", kMaxLevels));
        }
        add(level, title);
        draw_members(group, level);
    }

    [[nodiscard]] const std::string& text() const noexcept { return text_; }

  private:
    static constexpr std::size_t kMaxMembers = 15;
    static constexpr std::size_t kMaxLevels = 10;

    void draw_members(const BaseExceptionGroup& group, std::size_t level) {
        const auto& members = group.exceptions();
        const std::size_t shown = std::min(members.size(), kMaxMembers);
        for (std::size_t i = 0; i < shown; ++i) {
            begin_member(level, i == 0 ? "+-" : "  ", fmt::format("{}", i + 1));
            draw(members[i], level + 1);
        }
        if (const std::size_t more = members.size() - shown; more > 0) {
            begin_member(level, "  ", "...");
            add(level + 1, fmt::format("and {} more exception{}", more, more == 1 ? "" : "s"));
        }
        close(level + 1);
    }

    void begin_member(std::size_t level, std::string_view branch, std::string_view title) {
        text_ += fmt::format("{:{}}{}+---------------- {} ----------------\n", "", 2 * level,
                             branch, title);
        is_closed_ = false;
    }

    /// If the last member is a group, it has drawn the line already.
    void close(std::size_t level) {
        if (std::exchange(is_closed_, true)) return;
        text_ += fmt::format("{:{}}+------------------------------------\n", "", 2 * level);
    }

    void add(std::size_t level, std::string_view lines) {
        while (!lines.empty()) {
            const std::string_view line = lines.substr(0, lines.find('\n'));
            lines.remove_prefix(std::min(line.size() + 1, lines.size()));
            text_ += fmt::format("{:{}}{}{}\n", "", 2 * level, level > 0 ? "| " : "", line);
        }
    }

    std::string text_;
    bool is_closed_ = true;
};

}  // namespace detail

/// The type and the text of `error`; for a group, those of all its members, as a tree. Every line
/// ends in a newline. Python's traceback.format_exception.
[[nodiscard]] inline std::string format_exception(const std::exception_ptr& error) {
    detail::ExceptionDrawing drawing;
    drawing.draw(error, exception_ptr_cast<BaseExceptionGroup>(error) == nullptr ? 0 : 1);
    return drawing.text();
}
[[nodiscard]] inline std::string format_exception(const BaseExceptionGroup& group) {
    detail::ExceptionDrawing drawing;
    std::string type = type_name(typeid(group));
    if (type.starts_with("aio::")) type.erase(0, 5);
    drawing.draw(group, type + ": " + group.what(), 1);
    return drawing.text();
}

}  // namespace aio
