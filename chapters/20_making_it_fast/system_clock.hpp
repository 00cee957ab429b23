#pragma once
// The clock of a loop that was given none: it asks for the exact time only where that matters.
//
// A time-out asks whether its deadline is still to come. Mostly it is seconds away, and a clock
// that is milliseconds late can tell.
#include "06_futures/detail/clock.hpp"
#include "20_making_it_fast/coarse_clock.hpp"

namespace aio {

/// The machine's clock. Thread rule: the loop's thread.
class SystemClock final : public Clock {
  public:
    [[nodiscard]] bool is_ahead(TimePoint when) const override {
        return when - coarse_now() > kLag || when > now();
    }

  private:
    static constexpr auto kLag = std::chrono::milliseconds(10);  // a tick of the slowest kernel
};

}  // namespace aio
