#pragma once
// Exceptions on their way into a generator.
//
// throw_() and close() raise an exception inside a body that is suspended. But
// coroutine_handle::resume() takes no argument. So the exception is left beside it, and the law
// is: whoever leaves one resumes at once, and whoever is resumed takes it first of all.
#include <exception>
#include <stdexcept>
#include <utility>

namespace aio {

/// Raised inside a generator that close() ends, at the co_yield where it stands. Not derived from
/// std::exception: `catch (const std::exception&)` does not swallow it. (Python: GeneratorExit)
class GeneratorExit {};

/// What throw_() has left for the body; points into its caller's frame. One for each thread.
inline constinit thread_local std::exception_ptr* thrown_in = nullptr;

/// Takes it and raises it. Out of line, so that what is rare does not slow down every co_yield.
[[noreturn, gnu::cold, gnu::noinline]] inline void rethrow_thrown_in() {
    std::rethrow_exception(*std::exchange(thrown_in, nullptr));
}

/// Raises what was left, if anything was: the first act of a resumed generator.
inline void raise_thrown_in() {
    if (thrown_in != nullptr) [[unlikely]]
        rethrow_thrown_in();
}

/// Whether `error` is a GeneratorExit.
inline bool is_generator_exit(const std::exception_ptr& error) {
    try {
        std::rethrow_exception(error);
    } catch (const GeneratorExit&) {
        return true;
    } catch (...) {
        return false;
    }
}

/// Ends the generator of `promise` by raising `exit`, a GeneratorExit, in its body. Throws what
/// else comes out of the body; std::runtime_error("generator ignored GeneratorExit") if it yields.
template <typename Promise>
void close_by(Promise& promise, std::exception_ptr exit) {
    try {
        if (promise.throw_(std::move(exit)) == nullptr) return;
    } catch (const GeneratorExit&) {
        return;
    }
    throw std::runtime_error("generator ignored GeneratorExit");
}

}  // namespace aio
