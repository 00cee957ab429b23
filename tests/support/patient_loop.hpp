#pragma once
// A loop on a virtual clock that gives up after a day.
//
// A task that nobody wakes would make a test wait for ever. This loop always has something to do
// later: after a virtual day with nothing else to do it stops, and run_until_complete() says that
// the loop stopped before the future completed.
#include "tests/support/virtual_loop.hpp"

class PatientLoop : public VirtualLoop {
  public:
    PatientLoop() {
        call_later(std::chrono::hours(24), [this] { stop(); });
    }

    /// Runs exactly one turn.
    void one_turn() { turn(); }
};
