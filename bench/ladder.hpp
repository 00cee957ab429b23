#pragma once
// The ladder of chapter 20: the same operations on one stack after the other, in one program.
//
// Each step is bench/20_ladder.cpp compiled with some of the fast parts in its include path, and
// with another name for the namespace aio: so the stacks do not meet.
#include <span>

#include <benchmark/benchmark.h>

namespace ladder {

/// Something to be timed. What is reported is the time of one.
struct Operation {
    const char* name;
    void (*run)(benchmark::State&);
};

/// A stack on which all of them can be timed.
struct Step {
    const char* name;  ///< the part by which it differs from the step before
    std::span<const Operation> (*operations)();
};

}  // namespace ladder
