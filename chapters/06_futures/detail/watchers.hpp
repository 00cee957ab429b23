#pragma once
// What to call when a descriptor is readable, and what when it is writable.
//
// Descriptors are small numbers, so the table is an array. A watcher is called again and again; the
// queue refers to its call while it is queued, so it may be removed at any moment, even by itself.
// For what the kernel watches a descriptor, the selector knows.
#include <cstddef>
#include <utility>
#include <vector>

#include "05_selector_callbacks/selector_key.hpp"
#include "06_futures/detail/handle.hpp"
#include "06_futures/detail/intrusive_ptr.hpp"
#include "06_futures/ready_queue.hpp"

namespace aio {

/// A ScheduledCall that can be scheduled again: it remembers whether it is queued.
class WatcherCall : public ScheduledCall {
  public:
    void enqueue(ReadyQueue& ready) noexcept {
        if (queued_) return;
        queued_ = true;
        retain();
        ready.push_back(*this);
    }
    void drop() noexcept override {
        queued_ = false;
        ScheduledCall::drop();
    }

  protected:
    template <class Call>
    void run_once(Call call) {
        queued_ = false;
        ScheduledCall::run_once(call);
    }

  private:
    bool queued_ = false;
};

/// The table. Refers to each of its calls. Thread rule: the loop's thread.
class Watchers {
  public:
    Watchers() = default;
    Watchers(const Watchers&) = delete;
    Watchers& operator=(const Watchers&) = delete;
    ~Watchers() { clear(); }

    /// Keeps a reference to `call`; the one before is cancelled.
    void set(int fd, Events event, WatcherCall& call) {
        const auto index = static_cast<std::size_t>(fd);
        if (index >= entries_.size()) entries_.resize(index + 1);
        replace(entries_[index].call_for(event), Call::to(&call));
    }

    /// Cancels the call for `event`, and lets go of it. Returns whether there was one.
    bool remove(int fd, Events event) noexcept {
        if (get(fd, event) == nullptr) return false;
        replace(entries_[static_cast<std::size_t>(fd)].call_for(event), Call());
        return true;
    }

    /// The call for `event`; nullptr if there is none.
    [[nodiscard]] WatcherCall* get(int fd, Events event) noexcept {
        const auto index = static_cast<std::size_t>(fd);
        return index < entries_.size() ? entries_[index].call_for(event).get() : nullptr;
    }

    void clear() noexcept {
        for (Entry& entry : entries_) {
            replace(entry.reader, Call());
            replace(entry.writer, Call());
        }
    }

  private:
    using Call = IntrusivePtr<WatcherCall>;
    struct Entry {
        Call reader, writer;
        Call& call_for(Events event) noexcept { return event == Events::read ? reader : writer; }
    };

    static void replace(Call& slot, Call call) noexcept {
        if (const Call before = std::exchange(slot, std::move(call))) before->cancel();
    }

    std::vector<Entry> entries_;
};

}  // namespace aio
