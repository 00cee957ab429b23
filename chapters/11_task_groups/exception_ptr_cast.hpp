#pragma once
// exception_ptr_cast(): look at an exception without throwing it.
//
// The language has one way to ask what an exception_ptr holds: throw it, and see which handler
// catches it. That takes a microsecond, and sorting ten thousand errors asks ten thousand times.
// But the answer needs no throw. It is in the type that every exception carries, where the runtime
// library itself looks for it when it searches a handler: std::type_info::__do_catch. C++26 has
// this function; until then it takes libstdc++, as is_exactly() does.
#include <array>
#include <cstdint>
#include <cstring>
#include <exception>
#include <typeinfo>

namespace aio {

/// Where the exception itself is: two exception_ptr with the same address share one. Null for null.
[[nodiscard]] inline void* exception_address(const std::exception_ptr& error) noexcept {
    static_assert(sizeof(error) == sizeof(void*), "libstdc++'s exception_ptr is one pointer");
    void* address = nullptr;
    std::memcpy(&address, static_cast<const void*>(&error), sizeof address);
    return address;
}

/// What `catch (const E&)` would catch if `error` were thrown; null if it would not. Lives as long
/// as `error`. E cannot be a pointer. C++26: std::exception_ptr_cast.
template <class E>
[[nodiscard]] const E* exception_ptr_cast(const std::exception_ptr& error) noexcept {
    if (error == nullptr) return nullptr;
    void* address = exception_address(error);
    const std::type_info& thrown = *error.__cxa_exception_type();
    return typeid(E).__do_catch(&thrown, &address, 1) ? static_cast<const E*>(address) : nullptr;
}

/// Asks one exception after another whether `catch (const E&)` would catch it, for at least one E.
/// The answer depends only on the type of the exception, and there are few types: so most answers
/// are known.
template <class... E>
class Catches {
  public:
    [[nodiscard]] bool operator()(const std::exception_ptr& error) noexcept {
        const std::type_info* const type = error.__cxa_exception_type();
        Answer& known = answers_[reinterpret_cast<std::uintptr_t>(type) / 16 % answers_.size()];
        if (known.type != type) {
            known = {type, ((exception_ptr_cast<E>(error) != nullptr) || ...)};
        }
        return known.yes;
    }

  private:
    struct Answer {
        const std::type_info* type = nullptr;
        bool yes = false;
    };
    std::array<Answer, 8> answers_{};
};

}  // namespace aio
