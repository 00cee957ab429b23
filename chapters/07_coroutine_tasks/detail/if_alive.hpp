#pragma once
// A call of a member function that comes to nothing if its object is gone by then.
#include <functional>
#include <memory>
#include <string>

namespace aio {

/// For call_soon() and add_done_callback(). Does not keep the object alive.
template <class T, class... Arguments>
struct IfAlive {
    void (T::*function)(Arguments...);
    std::weak_ptr<T> object;
    const char* what;  // the object is, for people

    void operator()(Arguments... arguments) const {
        if (const auto alive = object.lock()) std::invoke(function, *alive, arguments...);
    }
    [[nodiscard]] std::string name() const { return what; }  ///< in a trace
};

}  // namespace aio
