#include "common/console/bar.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "common/console/console.hpp"

namespace course {

std::string bar(double value, double maximum, int width) {
    static constexpr std::array<const char*, 8> kEighths = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    if (!(value > 0) || !(maximum > 0) || width <= 0) return "";
    const double part = std::min(value / maximum, 1.0);
    const int eighths = std::max(1, static_cast<int>(std::lround(part * width * 8)));
    std::string text;
    for (int i = 0; i < eighths / 8; ++i) text += "█";
    return text + kEighths.at(static_cast<std::size_t>(eighths % 8));
}

std::string gauge(double value, double maximum, int width) {
    std::string text = bar(value, maximum, width);
    for (auto used = static_cast<int>(display_width(text)); used < width; ++used) text += "·";
    return text;
}

}  // namespace course
