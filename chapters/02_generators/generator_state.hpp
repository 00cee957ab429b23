#pragma once
// GeneratorState: where a generator stands, seen from outside.
//
// It moves from created to closed and never back: a body that is over, whether it returned or
// threw, cannot be run again.
#include <cstdint>
#include <string_view>

namespace aio {

/// What state() of a generator gives. (Python: inspect.getgeneratorstate)
enum class GeneratorState : std::uint8_t {
    created,    ///< the body has not begun
    suspended,  ///< at a co_yield
    running,    ///< in a step, at this moment
    closed,     ///< the body is over
};

/// "created", "suspended", "running" or "closed".
[[nodiscard]] constexpr std::string_view describe(GeneratorState state) noexcept {
    switch (state) {
        case GeneratorState::created:
            return "created";
        case GeneratorState::suspended:
            return "suspended";
        case GeneratorState::running:
            return "running";
        case GeneratorState::closed:
            return "closed";
    }
    return "unknown";
}

}  // namespace aio
