#pragma once
// The iterator protocol: one value at a time, until there are no more.
//
// Python's for loop knows two words. iter(x) gives the iterator of x, the object that remembers
// the position. next(it) takes one value and moves on, or says that the iterator is exhausted.
// The law of this file: exhaustion is a value. next() gives a std::optional, and after the first
// empty one there are only empty ones.
//
// C++ says the same with two positions, begin() and end(). Here the two protocols meet: Iter makes
// an iterator of any C++ range, and begin()/end() let a range-for walk over any iterator.
#include <concepts>
#include <cstddef>
#include <ios>
#include <istream>
#include <iterator>
#include <optional>
#include <ranges>
#include <string>
#include <utility>

namespace aio {

/// Takes the next value of an iterator: what its member next() gives, empty when it is exhausted.
/// Call it with its namespace: std::next is another function. (Python: next)
template <class It>
[[nodiscard]] auto next(It& it) -> decltype(it.next()) {
    return it.next();
}

/// Takes the next line of a file, without its line end; empty at the end of the file.
/// Throws std::ios_base::failure if a line cannot be read. (Python: next(file))
[[nodiscard]] inline std::optional<std::string> next(std::istream& file) {
    std::string line;
    if (std::getline(file, line)) return line;
    if (file.eof()) return std::nullopt;
    throw std::ios_base::failure("aio::next: cannot read a line (is it an open file?)");
}

/// An iterator: next(it) gives a value, or says that there is none.
/// (Python: collections.abc.Iterator)
template <class T>
concept Iterator = requires(T& it) {
    aio::next(it).has_value();
};

/// A class that answers iter() itself. (Python: __iter__)
template <class T>
concept HasIter = requires(T& x) {
    x.iter().next().has_value();
};

/// An iterable: a for loop can walk over it, because iter(x) gives an iterator. It says so with a
/// member iter(), or by being an iterator itself, or, as C++ does it, with begin() and end().
/// (Python: collections.abc.Iterable)
template <class T>
concept Iterable = HasIter<T> || Iterator<T> || std::ranges::range<T&>;

/// The iterator of a C++ range: the position, and the end that the position cannot know by itself.
/// It points into the range, which must live longer.
template <std::input_iterator Position, std::sentinel_for<Position> End>
class Iter {
  public:
    using Value = std::iter_value_t<Position>;

    Iter(Position begin, End end) : position_(std::move(begin)), end_(std::move(end)) {}

    /// A copy of the value at the position, which then moves on; empty at the end.
    [[nodiscard]] std::optional<Value> next() {
        if (position_ == end_) return std::nullopt;
        std::optional<Value> value(*position_);
        ++position_;
        return value;
    }

  private:
    Position position_;
    End end_;
};

/// The iterator of `x`: what its iter() gives; `x` itself if that is an iterator; else a new Iter
/// from its begin() to its end(). `x` is an lvalue, for the iterator refers to it. (Python: iter)
template <Iterable X>
[[nodiscard]] decltype(auto) iter(X& x) {
    if constexpr (HasIter<X>) {
        return x.iter();
    } else if constexpr (Iterator<X>) {
        return (x);
    } else {
        return Iter(std::ranges::begin(x), std::ranges::end(x));
    }
}

/// The for loop, written by hand: calls `function` with every value of `iterable`.
template <Iterable X, class Function>
void my_for(X&& iterable, Function function) {
    auto&& it = aio::iter(iterable);
    while (auto value = aio::next(it)) function(*value);
}

/// What a range-for moves over an iterator: `*` is the value taken last, `++` takes the next one.
/// Refers to the iterator, which must live longer. It models std::input_iterator.
template <Iterator It>
class InputIterator {
  public:
    using value_type = typename decltype(aio::next(std::declval<It&>()))::value_type;
    using difference_type = std::ptrdiff_t;
    using iterator_concept = std::input_iterator_tag;

    /// Takes the first value.
    explicit InputIterator(It& it) : it_(&it), value_(aio::next(it)) {}

    [[nodiscard]] const value_type& operator*() const { return *value_; }

    InputIterator& operator++() {
        value_ = aio::next(*it_);
        return *this;
    }
    void operator++(int) { ++*this; }

    /// Whether the iterator is exhausted: then this position is the end.
    [[nodiscard]] bool operator==(std::default_sentinel_t) const { return !value_.has_value(); }

  private:
    It* it_;
    std::optional<value_type> value_;
};

/// The two positions that a range-for asks for: `for (auto x : it)` goes on where `it` is. The
/// language looks them up beside the class, so this serves iterators of namespace aio.
template <Iterator It>
[[nodiscard]] auto begin(It& it) {
    return InputIterator(aio::iter(it));
}

template <Iterator It>
[[nodiscard]] std::default_sentinel_t end(It&) {
    return std::default_sentinel;
}

}  // namespace aio
