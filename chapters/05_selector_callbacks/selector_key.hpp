#pragma once
// What a selector knows about a descriptor, and where it keeps it.
//
// Descriptors are small numbers: the kernel always hands out the lowest that is free. So the map
// from descriptor to key is an array with the descriptor as its index: one look, no hashing.
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <vector>

#include <fmt/format.h>

#include "05_selector_callbacks/errors.hpp"

namespace aio {

/// What to wait for, and what has come: a set of bits. selectors.EVENT_READ and EVENT_WRITE.
enum class Events : std::uint32_t { none = 0, read = 1, write = 2 };

[[nodiscard]] constexpr Events operator|(Events a, Events b) noexcept {
    return static_cast<Events>(static_cast<std::uint32_t>(a) | static_cast<std::uint32_t>(b));
}
[[nodiscard]] constexpr Events operator&(Events a, Events b) noexcept {
    return static_cast<Events>(static_cast<std::uint32_t>(a) & static_cast<std::uint32_t>(b));
}
[[nodiscard]] constexpr Events operator~(Events a) noexcept {
    return static_cast<Events>(~static_cast<std::uint32_t>(a)) & (Events::read | Events::write);
}
constexpr Events& operator|=(Events& a, Events b) noexcept {
    return a = a | b;
}
constexpr Events& operator&=(Events& a, Events b) noexcept {
    return a = a & b;
}

/// Whether `events` and `wanted` have a bit in common: `has(events, Events::read)`.
[[nodiscard]] constexpr bool has(Events events, Events wanted) noexcept {
    return (events & wanted) != Events::none;
}

/// A descriptor, what we wait for on it, and what we want to be reminded of when it happens.
/// The selector owns neither the descriptor nor what `data` points to. selectors.SelectorKey.
struct SelectorKey {
    int fd = -1;
    Events events = Events::none;
    void* data = nullptr;

    friend bool operator==(const SelectorKey&, const SelectorKey&) = default;
};

/// One answer of select(): whose descriptor is ready, and for what.
struct Ready {
    SelectorKey key;
    Events events;

    friend bool operator==(const Ready&, const Ready&) = default;
};

/// The keys of a selector, by descriptor. Selector::get_map() gives it const: a live view, which
/// shows every later change. Iteration is in the order of the descriptors.
class SelectorMap {
  public:
    /// Walks over the keys and skips the gaps.
    class Iterator {
      public:
        using value_type = SelectorKey;
        using difference_type = std::ptrdiff_t;

        Iterator() = default;
        Iterator(const SelectorKey* at, const SelectorKey* end) : at_(at), end_(end) { skip(); }
        const SelectorKey& operator*() const noexcept { return *at_; }
        const SelectorKey* operator->() const noexcept { return at_; }
        Iterator& operator++() noexcept {
            ++at_;
            skip();
            return *this;
        }
        Iterator operator++(int) noexcept {
            Iterator before = *this;
            ++*this;
            return before;
        }
        friend bool operator==(const Iterator&, const Iterator&) = default;

      private:
        void skip() noexcept {
            while (at_ != end_ && at_->fd < 0) ++at_;
        }

        const SelectorKey* at_ = nullptr;
        const SelectorKey* end_ = nullptr;
    };

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
    [[nodiscard]] bool contains(int fd) const noexcept { return find(fd) != nullptr; }

    /// The key of `fd`; nullptr if there is none. Valid until the next change of the map.
    [[nodiscard]] const SelectorKey* find(int fd) const noexcept {
        const auto index = static_cast<std::size_t>(fd);
        return index < keys_.size() && keys_[index].fd == fd ? &keys_[index] : nullptr;
    }

    /// The key of `fd`. Errors: KeyError if there is none.
    [[nodiscard]] const SelectorKey& at(int fd) const {
        if (const SelectorKey* key = find(fd)) return *key;
        throw KeyError(fmt::format("descriptor {} is not registered", fd));
    }

    [[nodiscard]] Iterator begin() const noexcept { return {keys_.data(), end_of_keys()}; }
    [[nodiscard]] Iterator end() const noexcept { return {end_of_keys(), end_of_keys()}; }

  private:
    friend class Selector;  // the only one that changes it

    [[nodiscard]] const SelectorKey* end_of_keys() const noexcept {
        return keys_.data() + keys_.size();
    }

    void insert(const SelectorKey& key) {
        const auto index = static_cast<std::size_t>(key.fd);
        if (index >= keys_.size()) keys_.resize(index + 1);
        keys_[index] = key;
        ++size_;
    }
    void replace(const SelectorKey& key) noexcept { keys_[static_cast<std::size_t>(key.fd)] = key; }
    void erase(int fd) noexcept {
        keys_[static_cast<std::size_t>(fd)] = SelectorKey();
        --size_;
    }
    void clear() noexcept {
        keys_.clear();
        size_ = 0;
    }

    std::vector<SelectorKey> keys_;  // by descriptor; fd < 0 marks a gap
    std::size_t size_ = 0;           // keys that are not gaps
};

}  // namespace aio
