#pragma once
// Who is to be called when a descriptor is readable, and who when it is writable.
//
// Descriptors are small numbers, so the table is an array. A watcher is called again and again; it
// shares its call with the queue while it is queued, and so it may be removed at any moment, even
// by itself.
#include <cstddef>
#include <utility>
#include <vector>

#include "05_selector_callbacks/selector_key.hpp"
#include "06_futures/detail/handle.hpp"
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

/// The table. Holds a share in each of its calls. Thread rule: the loop's thread.
class Watchers {
  public:
    Watchers() = default;
    Watchers(const Watchers&) = delete;
    Watchers& operator=(const Watchers&) = delete;
    ~Watchers() { clear(); }

    /// What `fd` is watched for.
    [[nodiscard]] Events events(int fd) const noexcept {
        const auto index = static_cast<std::size_t>(fd);
        if (fd < 0 || index >= entries_.size()) return Events::none;
        const Entry& entry = entries_[index];
        return (entry.reader != nullptr ? Events::read : Events::none) |
               (entry.writer != nullptr ? Events::write : Events::none);
    }

    /// Takes over the caller's share in `call`; the one before is cancelled.
    void set(int fd, Events event, WatcherCall* call) {
        const auto index = static_cast<std::size_t>(fd);
        if (index >= entries_.size()) entries_.resize(index + 1);
        replace(slot(entries_[index], event), call);
    }

    /// Lets go of the call for `event`. Returns whether there was one.
    bool remove(int fd, Events event) noexcept {
        if (!has(events(fd), event)) return false;
        replace(slot(entries_[static_cast<std::size_t>(fd)], event), nullptr);
        return true;
    }

    /// The call for `event`; nullptr if there is none.
    [[nodiscard]] WatcherCall* get(int fd, Events event) noexcept {
        if (!has(events(fd), event)) return nullptr;
        return slot(entries_[static_cast<std::size_t>(fd)], event);
    }

    void clear() noexcept {
        for (Entry& entry : entries_) {
            replace(entry.reader, nullptr);
            replace(entry.writer, nullptr);
        }
    }

  private:
    struct Entry {
        WatcherCall* reader = nullptr;
        WatcherCall* writer = nullptr;
    };

    static WatcherCall*& slot(Entry& entry, Events event) noexcept {
        return event == Events::read ? entry.reader : entry.writer;
    }

    static void replace(WatcherCall*& slot, WatcherCall* call) noexcept {
        if (WatcherCall* before = std::exchange(slot, call)) {
            before->cancel();
            before->release();
        }
    }

    std::vector<Entry> entries_;
};

}  // namespace aio
