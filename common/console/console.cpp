#include "common/console/console.hpp"

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

/// Where the colour sequence that starts at `at` ends; `at` itself if none starts there.
std::size_t skip_sequence(std::string_view text, std::size_t at) {
    if (text.substr(at, 2) != "\x1b[") return at;
    const std::size_t end = text.find('m', at);
    return end == std::string_view::npos ? text.size() : end + 1;
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
    for (std::size_t i = 0; i < text.size();) {
        if (const std::size_t end = skip_sequence(text, i); end != i) {
            i = end;
            continue;
        }
        const bool continues = (static_cast<unsigned char>(text[i]) & 0xC0) == 0x80;
        width += continues ? 0 : 1;
        ++i;
    }
    return width;
}

}  // namespace course
