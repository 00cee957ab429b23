#include "common/learn/judge/build_output.hpp"

#include <algorithm>
#include <charconv>
#include <functional>
#include <iterator>

#include <fmt/format.h>

#include "common/console/console.hpp"

namespace learn {
namespace {

using course::Colour;
using course::paint;

constexpr std::size_t kShown = 3;  // further errors mostly follow from the first
constexpr std::size_t kTail = 30;  // lines

/// Takes a whole number off the front of `text`.
std::optional<int> take_number(std::string_view& text) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.begin(), text.end(), value);
    if (error != std::errc()) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.begin()));
    return value;
}

bool take(std::string_view& text, std::string_view prefix) {
    if (!text.starts_with(prefix)) return false;
    text.remove_prefix(prefix.size());
    return true;
}

/// Whether a path, made relative, is in mine/.
bool is_readers(std::string_view where) {
    return where.starts_with("mine/");
}

/// "    12 |     code" and "       |     ^~~~", which follow an error.
bool is_excerpt(std::string_view line) {
    const std::size_t bar = line.find(" | ");
    return bar < 8 &&
           line.substr(0, bar).find_first_not_of(" 0123456789") == std::string_view::npos;
}

bool concerns_reader(const Complaint& complaint) {
    return is_readers(complaint.where) || !complaint.by_way_of.empty();
}

/// The reader's own line comes first, even if the error is deep in a template of the library.
std::string shown(const Complaint& complaint) {
    const bool led_there = !complaint.by_way_of.empty();
    const std::string& where = led_there ? complaint.by_way_of : complaint.where;
    std::string text = where.empty() ? "" : paint(Colour::bold, where) + "  ";
    text += paint(Colour::red, complaint.what) + "\n";
    if (led_there) text += "    found in " + complaint.where + "\n";
    for (const std::string& line : complaint.lines) text += line + "\n";
    return text;
}

}  // namespace

std::optional<BuildStep> build_step(std::string_view line) {
    if (!take(line, "[")) return std::nullopt;
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    const std::optional<int> done = take_number(line);
    if (!done) return std::nullopt;
    if (take(line, "%] ")) return BuildStep{*done, 100, std::string(line)};
    if (!take(line, "/")) return std::nullopt;
    const std::optional<int> total = take_number(line);
    if (!total || !take(line, "] ")) return std::nullopt;
    return BuildStep{*done, *total, std::string(line)};
}

void BuildOutput::add(std::string_view line) {
    if (build_step(line)) return;
    tail_.push_back(relative(line));
    if (tail_.size() > kTail) tail_.erase(tail_.begin());
    if (add_error(line) || add_link_error(line)) return;
    excerpt_ = excerpt_ && is_excerpt(line);
    if (excerpt_) {
        if (complaints_.back().lines.size() < 3) complaints_.back().lines.emplace_back(line);
    } else {
        note_context(line);
    }
}

/// "path:12:5: error: expected ';'"
bool BuildOutput::add_error(std::string_view line) {
    for (const std::string_view mark : {": error: ", ": fatal error: "}) {
        const std::size_t at = line.find(mark);
        if (at == std::string_view::npos) continue;
        Complaint complaint{
            relative(line.substr(0, at)), relative(line.substr(at + mark.size())), {}, {}};
        if (!is_readers(complaint.where)) complaint.by_way_of = context_;
        excerpt_ = !is_known(complaint);
        if (excerpt_) complaints_.push_back(std::move(complaint));
        context_.clear();
        return true;
    }
    return false;
}

/// "a.o: in function ...: undefined reference to `f()'"
bool BuildOutput::add_link_error(std::string_view line) {
    const std::size_t at = line.find("undefined reference to");
    if (at == std::string_view::npos) return false;
    Complaint complaint{{}, std::string(line.substr(at)), {}, {}};
    if (!is_known(complaint)) complaints_.push_back(std::move(complaint));
    excerpt_ = false;
    return true;
}

/// An error deep in a template comes with the lines that led there: the reader's own is the one
/// worth showing. "mine/05_x/y.hpp:12:5:   required from here"
void BuildOutput::note_context(std::string_view line) {
    const std::string text = relative(line);
    const std::size_t end = text.find(": ");
    if (is_readers(text) && end != std::string::npos) context_ = text.substr(0, end);
}

bool BuildOutput::is_known(const Complaint& complaint) const {
    return std::any_of(complaints_.begin(), complaints_.end(), [&](const Complaint& other) {
        return other.where == complaint.where && other.what == complaint.what;
    });
}

std::string BuildOutput::relative(std::string_view text) const {
    std::string result(text);
    for (std::size_t at = 0; (at = result.find(root_, at)) != std::string::npos;) {
        result.erase(at, root_.size());
    }
    return result;
}

std::string BuildOutput::report() const {
    std::string text;
    if (complaints_.empty()) {
        for (const std::string& line : tail_) text += line + "\n";
        return text;
    }
    std::vector<Complaint> ordered;
    std::ranges::copy_if(complaints_, std::back_inserter(ordered), concerns_reader);
    std::ranges::copy_if(complaints_, std::back_inserter(ordered), std::not_fn(concerns_reader));
    const std::size_t count = std::min(ordered.size(), kShown);
    for (std::size_t i = 0; i < count; ++i) text += shown(ordered[i]) + "\n";
    const std::size_t more = complaints_.size() - count;
    if (more > 0) text += fmt::format("... and {} more, which may follow from these.\n", more);
    return text;
}

}  // namespace learn
