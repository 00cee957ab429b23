#pragma once
// A loop on a virtual clock that gives up after a day.
//
// A task that nobody wakes would make a test wait for ever. Here the loop has always something to
// do later: after a virtual day with nothing else to do it stops, and run_until_complete() says
// that the loop stopped before the future completed.
#include <memory>

#include "06_futures/event_loop.hpp"

class PatientLoop : public aio::EventLoop {
  public:
    PatientLoop() : EventLoop(std::make_unique<aio::VirtualClock>()) {
        call_later(std::chrono::hours(24), [this] { stop(); });
    }

    /// Runs exactly one turn.
    void one_turn() {
        stop();
        run_forever();
    }
};
