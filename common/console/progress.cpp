#include "common/console/progress.hpp"

#include <algorithm>
#include <utility>

#include <unistd.h>

#include <fmt/format.h>

#include "common/console/bar.hpp"
#include "common/console/console.hpp"

namespace course {

Progress::Progress(std::string title, std::FILE* stream)
    : title_(std::move(title)), stream_(stream), terminal_(isatty(fileno(stream)) == 1) {}

Progress::~Progress() {
    if (!drawn_) return;
    std::fputs("\r\x1b[K", stream_);
    std::fflush(stream_);
}

void Progress::update(int done, int total, std::string_view what) {
    if (terminal_) {
        draw(done, total, what);
    } else {
        log(done, total);
    }
}

void Progress::draw(int done, int total, std::string_view what) {
    const std::string line =
        fmt::format("{} {} {}/{} ", title_, gauge(done, total, 24), done, total);
    const auto room = terminal_width(stream_) - static_cast<int>(display_width(line)) - 1;
    const auto shown = cut_to_width(what, static_cast<std::size_t>(std::max(room, 0)));
    fmt::print(stream_, "\r\x1b[K{}{}", line, shown);
    std::fflush(stream_);
    drawn_ = true;
}

void Progress::log(int done, int total) {
    const int quarters = total > 0 ? 4 * done / total : 4;
    if (quarters <= quarters_) return;
    quarters_ = quarters;
    fmt::print(stream_, "{} {}/{}\n", title_, done, total);
    std::fflush(stream_);
}

}  // namespace course
