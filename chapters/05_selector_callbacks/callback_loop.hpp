#pragma once
// The loop: sleep until something is ready, call whoever waits for it, repeat.
//
// The key's data says what to call: a pointer to an EventHandler. So the loop knows nothing of
// requests, and a handler nothing of the others. Each runs to its end before the next is called:
// no two handlers ever run at the same time, and none may block.
#include "05_selector_callbacks/selector.hpp"

namespace aio {

/// What is called when a descriptor is ready. Register it as the data of the key, as an
/// EventHandler*: `selector.register_fd(fd, Events::read, handler)`. The selector does not own it.
class EventHandler {
  public:
    virtual ~EventHandler() = default;

    /// The descriptor is ready for `events`. May register, modify and unregister any descriptor.
    virtual void on_event(Events events) = 0;
};

/// Calls the handlers of `selector` until no descriptor is registered. What a handler throws
/// leaves this function, and the others are not called any more.
inline void run_callbacks(Selector& selector) {
    while (!selector.get_map().empty()) {
        for (const auto& [key, events] : selector.select()) {
            // An earlier handler of this round may have unregistered this one, and destroyed it.
            const SelectorKey* now = selector.get_map().find(key.fd);
            if (now == nullptr || now->data != key.data) continue;
            static_cast<EventHandler*>(key.data)->on_event(events);
        }
    }
}

}  // namespace aio
