#pragma once
// A bar of blocks that shows a number at a glance.
#include <string>

namespace course {

/// `value` out of `maximum` as a bar of at most `width` columns, in eighths of a column.
/// A value that is not zero shows at least a sliver; values beyond the maximum fill the bar.
[[nodiscard]] std::string bar(double value, double maximum, int width);

/// The same in a frame: "████▌····" fills all of `width` columns.
[[nodiscard]] std::string gauge(double value, double maximum, int width);

}  // namespace course
