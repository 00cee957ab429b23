#pragma once
// How many descriptors this process may have open.
//
// There are two limits (getrlimit(2)). The soft one is in force, usually 1024, so that programs
// that use select do not overrun its sets. The hard one is how far we may raise it.
#include <cstddef>

#include <sys/resource.h>

#include "03_blocking_sockets/check.hpp"

namespace aio {

/// Raises the soft limit as far as needed for `wanted` open descriptors, or as far as allowed.
/// Returns the limit that is now in force, which may be less than `wanted`.
inline std::size_t raise_descriptor_limit(std::size_t wanted) {
    rlimit limit{};
    check(::getrlimit(RLIMIT_NOFILE, &limit), "getrlimit");
    if (limit.rlim_cur >= wanted) return limit.rlim_cur;
    limit.rlim_cur = wanted < limit.rlim_max ? wanted : limit.rlim_max;
    check(::setrlimit(RLIMIT_NOFILE, &limit), "setrlimit");
    return limit.rlim_cur;
}

}  // namespace aio
