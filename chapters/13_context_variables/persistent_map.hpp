#pragma once
// PersistentMap: a map that is never changed. To set an entry is to make another map.
//
// So a copy is one more reference to the same map, however large it is, and whoever has one keeps
// what was there. The price is paid by a change, which copies all entries into the new map.
// (Chapter 20 has a map that copies next to none.)
#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>

#include "06_futures/detail/context_snapshot.hpp"

namespace aio {

/// What is in the map under a number. The value is in a class that derives from it.
class MapEntry : public ContextData {
  public:
    explicit MapEntry(std::uint64_t number) noexcept : number_(number) {}
    [[nodiscard]] std::uint64_t number() const noexcept { return number_; }

  private:
    std::uint64_t number_;
};

/// A counted reference to an entry; null is none.
using MapEntryRef = ContextSnapshot;

/// Entries by their number. Copies refer to the same map. Thread rule: as any value.
class PersistentMap {
  public:
    PersistentMap() = default;
    /// The map whose data() this is.
    explicit PersistentMap(ContextData* data) noexcept : data_(data) {}

    /// What a context keeps of it. Null is an empty map.
    [[nodiscard]] const ContextSnapshot& data() const noexcept { return data_; }
    [[nodiscard]] std::size_t size() const { return entries().size(); }

    /// The entry of this number; nullptr if there is none. It lives as long as the map.
    [[nodiscard]] MapEntry* find(std::uint64_t number) const { return search(data_.get(), number); }
    /// The same in the map with this data().
    [[nodiscard]] static MapEntry* search(ContextData* data, std::uint64_t number) {
        const Entries& entries = entries_of(data);
        const auto found = entries.find(number);
        return found != entries.end() ? entry_of(found->second) : nullptr;
    }

    /// These entries and `entry`, in place of the one of its number, if there is one. The same map
    /// if it has that entry already.
    [[nodiscard]] PersistentMap with(const MapEntryRef& entry) const {
        const std::uint64_t number = entry_of(entry)->number();
        if (find(number) == entry.get()) return *this;
        Entries copy = entries();
        copy.insert_or_assign(number, entry);
        return PersistentMap(std::move(copy));
    }

    /// These entries without the one of this number. The same map if there is none.
    [[nodiscard]] PersistentMap without(std::uint64_t number) const {
        if (find(number) == nullptr) return *this;
        Entries copy = entries();
        copy.erase(number);
        return PersistentMap(std::move(copy));
    }

    /// Calls visit(entry) for each, in an order that depends on the numbers only.
    template <class Visit>
    void for_each(Visit visit) const {
        for (const auto& [number, entry] : entries()) visit(*entry_of(entry));
    }

  private:
    using Entries = std::map<std::uint64_t, MapEntryRef>;

    /// What all copies refer to.
    struct Data final : ContextData {
        explicit Data(Entries its_entries) : entries(std::move(its_entries)) {}
        const Entries entries;
    };

    explicit PersistentMap(Entries entries) : data_(new Data(std::move(entries))) {}

    [[nodiscard]] const Entries& entries() const { return entries_of(data_.get()); }
    [[nodiscard]] static const Entries& entries_of(ContextData* data) {
        static const Entries none;
        return data != nullptr ? static_cast<Data*>(data)->entries : none;
    }
    [[nodiscard]] static MapEntry* entry_of(const MapEntryRef& entry) noexcept {
        return static_cast<MapEntry*>(entry.get());
    }

    ContextSnapshot data_;
};

}  // namespace aio
