#pragma once
// The promise of a Coro<T>: what all promises have, and room for the result.
#include <concepts>
#include <coroutine>
#include <optional>
#include <type_traits>
#include <utility>

#include "06_futures/detail/with_result.hpp"
#include "07_coroutine_tasks/detail/frame_memory.hpp"
#include "07_coroutine_tasks/promise.hpp"

namespace aio {

template <class T>
class Coro;

namespace detail {

template <class T>
struct IsCoro : std::false_type {};
template <class T>
struct IsCoro<Coro<T>> : std::true_type {};

}  // namespace detail

template <class T>
inline constexpr bool is_coro = detail::IsCoro<T>::value;

/// The promise of a Coro<T>: keeps the result until it is taken.
template <class T>
class Promise final : public PromiseBase, public FrameMemory<T> {
    static_assert(alignof(Stored<T>) <= kMaxAlignment,
                  "a result of so large an alignment: return a std::unique_ptr to it");

  public:
    explicit Promise(const SourceLocation& place = SourceLocation::current()) noexcept
        : PromiseBase(place) {}

    Coro<T> get_return_object() noexcept;

    template <class U = Stored<T>>
    requires std::constructible_from<Stored<T>, U>
    void return_value(U&& value) { result.emplace(std::forward<U>(value)); }

    /// The result, once; or the error.
    T take() {
        rethrow_error();
        if constexpr (std::is_reference_v<T>) {
            return result->get();
        } else {
            return std::move(*result);
        }
    }

    std::optional<Stored<T>> result;
};

template <>
class Promise<void> final : public PromiseBase, public FrameMemory<void> {
  public:
    explicit Promise(const SourceLocation& place = SourceLocation::current()) noexcept
        : PromiseBase(place) {}

    Coro<void> get_return_object() noexcept;
    void return_void() const noexcept {}
    void take() { rethrow_error(); }
};

}  // namespace aio
