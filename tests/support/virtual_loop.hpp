#pragma once
// A loop for tests: its time is virtual, and it can be run turn by turn.
#include <memory>

#include "06_futures/event_loop.hpp"

/// A loop on a VirtualClock.
class VirtualLoop : public aio::EventLoop {
  public:
    VirtualLoop() : VirtualLoop(new aio::VirtualClock) {}

    [[nodiscard]] aio::VirtualClock& clock() noexcept { return clock_; }

    /// Seconds since the loop was made.
    [[nodiscard]] double seconds() {
        return std::chrono::duration<double>(time().time_since_epoch()).count();
    }

    /// Runs one turn: what is ready now, and what is due now.
    void turn() {
        stop();
        run_forever();
    }

  private:
    explicit VirtualLoop(aio::VirtualClock* owned)
        : EventLoop(std::unique_ptr<aio::Clock>(owned)), clock_(*owned) {}

    aio::VirtualClock& clock_;
};
