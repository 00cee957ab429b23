#pragma once
// A future's state with room for the result, which is not there yet.
//
// FutureBase does everything that needs no T; this adds the T. The result is built in its place
// when the future is finished, and destroyed with it: a T needs no default constructor, and no
// memory of its own.
#include <functional>
#include <memory>
#include <new>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "06_futures/detail/describe_value.hpp"
#include "06_futures/detail/future_status.hpp"

namespace aio {

/// What is kept of a T: nothing of void, the address of a reference.
template <class T>
struct StoredAs {
    using type = T;
};
template <>
struct StoredAs<void> {
    using type = std::monostate;
};
template <class T>
struct StoredAs<T&> {
    using type = std::reference_wrapper<T>;
};
template <class T>
using Stored = typename StoredAs<T>::type;

/// Whether a result can be copied. A std::vector says that it can, whatever is in it.
template <class T>
inline constexpr bool can_be_copied = std::is_copy_constructible_v<Stored<T>>;
template <class T, class Allocator>
inline constexpr bool can_be_copied<std::vector<T, Allocator>> = can_be_copied<T>;
template <class... T>
inline constexpr bool can_be_copied<std::tuple<T...>> = (can_be_copied<T> && ...);

/// Memory for a T that comes later.
template <class T>
union Room {
    Room() noexcept {}  // NOLINT(modernize-use-equals-default): the union's would be deleted
    ~Room() {}          // NOLINT(modernize-use-equals-default)
    T value;
};
/// Nothing needs no memory.
template <class T>
using RoomFor = std::conditional_t<std::is_same_v<T, std::monostate>, std::monostate, Room<T>>;

/// A state with room for the result: of a future, or (Base = TaskBase) of a task.
template <class T, class Base>
class WithResult : public Base {
  public:
    using Base::Base;
    WithResult(const WithResult&) = delete;
    WithResult& operator=(const WithResult&) = delete;

    [[nodiscard]] void* result_address() noexcept final { return &result_; }

    /// Finishes it. The state must be pending.
    template <class... Arguments>
    void finish_with(Arguments&&... arguments) {
        ::new (result_address()) Stored<T>(std::forward<Arguments>(arguments)...);
        this->finish(FutureStatus::finished);
    }

  protected:
    [[nodiscard]] std::string describe_result() const override {
        return describe_value(*static_cast<const Stored<T>*>(static_cast<const void*>(&result_)));
    }

    ~WithResult() override {
        if (this->has_result()) std::destroy_at(static_cast<Stored<T>*>(result_address()));
    }

  private:
    [[no_unique_address]] RoomFor<Stored<T>> result_;
};

}  // namespace aio
