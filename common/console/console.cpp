#include "common/console/console.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

#include <sys/ioctl.h>
#include <unistd.h>

namespace course {
namespace {

bool is_set(const char* variable) {
    const char* value = std::getenv(variable);
    return value != nullptr && *value != '\0';
}

constexpr std::array<const char*, 8> kSequences = {"31", "32", "33", "34", "35", "36", "90", "1"};

/// Where the control sequence that starts at `at` ends; `at` itself if none starts there.
/// ECMA-48, 5.4: ESC [, then parameters, then one byte from '@' to '~'.
std::size_t skip_sequence(std::string_view text, std::size_t at) {
    if (text.substr(at, 2) != "\x1b[") return at;
    std::size_t end = at + 2;
    while (end < text.size() && (text[end] < '@' || text[end] > '~')) ++end;
    return std::min(end + 1, text.size());
}

/// Where the character that starts at `at` ends (UTF-8: its further bytes are 10xxxxxx).
std::size_t skip_character(std::string_view text, std::size_t at) {
    do ++at;
    while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80);
    return at;
}

}  // namespace

bool has_colour(std::FILE* stream) {
    if (is_set("NO_COLOR")) return false;
    const char* term = std::getenv("TERM");
    const bool dumb = term != nullptr && std::string_view(term) == "dumb";
    return !dumb && isatty(fileno(stream)) == 1;
}

int terminal_width(std::FILE* stream) {
    winsize size{};
    const bool known = ioctl(fileno(stream), TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    return known ? size.ws_col : 80;
}

std::string paint(Colour colour, std::string_view text, std::FILE* stream) {
    if (!has_colour(stream)) return std::string(text);
    const char* sequence = kSequences.at(static_cast<std::size_t>(colour));
    return std::string("\x1b[") + sequence + "m" + std::string(text) + "\x1b[0m";
}

std::size_t display_width(std::string_view text) {
    std::size_t width = 0;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = skip_sequence(text, at);
        if (end == at) ++width;
        at = end == at ? skip_character(text, at) : end;
    }
    return width;
}

std::string_view cut_to_width(std::string_view text, std::size_t width) {
    std::size_t at = 0;
    for (std::size_t end = 0; at < text.size(); at = end) {
        end = skip_sequence(text, at);
        if (end != at) continue;
        if (width-- == 0) break;
        end = skip_character(text, at);
    }
    return text.substr(0, at);
}

}  // namespace course
