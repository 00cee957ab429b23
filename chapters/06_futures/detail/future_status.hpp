#pragma once
// How a future stands. It leaves `pending` once, and never comes back.
#include <cstdint>

namespace aio {

enum class FutureStatus : std::uint8_t { pending, cancelled, finished };

}  // namespace aio
