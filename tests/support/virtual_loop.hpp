#pragma once
// A loop for tests: its time is virtual, and it can be run turn by turn.
#include <memory>
#include <utility>

#include "06_futures/event_loop.hpp"

/// A loop on a VirtualClock.
class VirtualLoop : public aio::EventLoop {
  public:
    VirtualLoop() : VirtualLoop(std::make_unique<aio::DefaultSelector>()) {}
    explicit VirtualLoop(std::unique_ptr<aio::Selector> selector)
        : VirtualLoop(std::move(selector), new aio::VirtualClock) {}

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
    VirtualLoop(std::unique_ptr<aio::Selector> selector, aio::VirtualClock* owned)
        : EventLoop(std::move(selector), std::unique_ptr<aio::Clock>(owned)), clock_(*owned) {}

    aio::VirtualClock& clock_;
};
