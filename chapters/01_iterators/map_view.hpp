#pragma once
// keys(), values() and items() of a map: iterables that hold nothing.
//
// A view looks at the map through one member of its pairs. It is as cheap to make as a pointer and
// shows what the map holds when the loop runs. The standard's views::keys does the same; this one
// is here to show what it takes to write a position by hand.
#include <cstddef>
#include <iterator>
#include <type_traits>
#include <utility>

namespace aio {

/// A map seen through one member of its pairs. The map must live longer.
template <class Map, auto member>
class MapView {
  public:
    /// A position in the map that shows only that member.
    class Iterator {
      public:
        using Pair = typename Map::value_type;
        using value_type = std::remove_cvref_t<decltype(std::declval<Pair>().*member)>;
        using difference_type = std::ptrdiff_t;

        Iterator() = default;
        explicit Iterator(typename Map::const_iterator at) : at_(at) {}

        [[nodiscard]] const value_type& operator*() const { return (*at_).*member; }
        Iterator& operator++() {
            ++at_;
            return *this;
        }
        Iterator operator++(int) { return Iterator(at_++); }
        [[nodiscard]] bool operator==(const Iterator& other) const = default;

      private:
        typename Map::const_iterator at_;
    };

    explicit MapView(const Map& map) : map_(&map) {}

    [[nodiscard]] Iterator begin() const { return Iterator(map_->begin()); }
    [[nodiscard]] Iterator end() const { return Iterator(map_->end()); }

  private:
    const Map* map_;
};

/// The keys of `map`, in its order. (Python: dict.keys)
template <class Map>
[[nodiscard]] auto keys(const Map& map) {
    return MapView<Map, &Map::value_type::first>(map);
}

/// The values of `map`, in the order of the keys. (Python: dict.values)
template <class Map>
[[nodiscard]] auto values(const Map& map) {
    return MapView<Map, &Map::value_type::second>(map);
}

/// The pairs of `map`: what it is a range of anyway. (Python: dict.items)
template <class Map>
[[nodiscard]] const Map& items(const Map& map) {
    return map;
}

}  // namespace aio
