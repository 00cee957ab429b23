// Generators as a way to write programs: recursion, back-tracking, streams that refer to
// themselves. They are the worked examples of CPython's own test suite.
#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "02_generators/generator.hpp"
#include "tests/support/conforms_to.hpp"
#include "tests/support/trace.hpp"

namespace {

using aio::Generator;

// ── combinations ──

/// The ways to take `n` of `items`, in order. Each is lent, and changed afterwards.
Generator<std::vector<char>> combinations(const std::string& items, std::size_t n,
                                          std::vector<char> taken = {}) {
    if (n == 0) {
        co_yield taken;
        co_return;
    }
    for (std::size_t i = 0; i < items.size(); ++i) {
        taken.push_back(items[i]);
        const std::string rest = items.substr(i + 1);
        co_yield aio::from(combinations(rest, n - 1, taken));
        taken.pop_back();
    }
}

TEST(Recursion, FindsAllCombinations) {
    conforms_to({"test_generators.__test__ (doctest).doctest:email.combinations"});
    const std::string items = "abcd";
    Trace found;
    for (const auto& each : combinations(items, 2)) found(std::string(each.begin(), each.end()));
    EXPECT_EQ(found.text(), "ab, ac, ad, bc, bd, cd");
}

// ── union-find ──

/// An element of a disjoint set. Its find() delegates to its parent's.
class DisjointSet {
  public:
    explicit DisjointSet(std::string name) : name_(std::move(name)) {}

    /// Yields forever the name of the set's representative.
    Generator<std::string> find() {
        while (parent_ == nullptr) co_yield name_;
        if (parent_ != nullptr) co_yield aio::from(parent_->find());
    }
    void join(DisjointSet& parent) { parent_ = &parent; }

  private:
    std::string name_;
    DisjointSet* parent_ = nullptr;
};

TEST(Recursion, FollowsTheParentsOfADisjointSet) {
    conforms_to({"test_generators.__test__ (doctest).doctest:email.disjoint_set"});
    DisjointSet a("A");
    DisjointSet b("B");
    DisjointSet c("C");
    auto find = a.find();
    EXPECT_EQ(find.next(), "A");
    a.join(b);
    EXPECT_EQ(find.next(), "B") << "the suspended find() notices its new parent";
    EXPECT_EQ(find.next(), "B");
    b.join(c);
    EXPECT_EQ(find.next(), "C") << "and so does the one it delegates to";
}

// ── the sieve ──

Generator<int> from_two() {
    for (int i = 2;; ++i) co_yield i;
}

Generator<int> without_multiples(Generator<int> numbers, int prime) {
    for (const int number : numbers) {
        if (number % prime != 0) co_yield number;
    }
}

/// The sieve of Eratosthenes: the first number is prime, its multiples are filtered from the rest.
Generator<int> sieve(Generator<int> numbers) {
    const std::optional<int> prime = numbers.next();
    if (!prime) co_return;
    co_yield *prime;
    co_yield aio::from(sieve(without_multiples(std::move(numbers), *prime)));
}

TEST(Recursion, ChainsFiltersIntoASieve) {
    conforms_to({"test_generators.__test__ (doctest).doctest:fun.sieve"});
    std::vector<int> primes;
    for (const int prime : sieve(from_two())) {
        if (prime > 40) break;
        primes.push_back(prime);
    }
    EXPECT_EQ(primes, (std::vector{2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37}));
}

// ── streams that several read ──

/// The values of a generator, remembered: many can read them, each from the beginning.
class Shared {
  public:
    explicit Shared(Generator<int> source) : source_(std::move(source)) {}

    int at(std::size_t index) {
        while (values_.size() <= index) values_.push_back(*source_.next());
        return values_[index];
    }
    Generator<int> read() {
        for (std::size_t i = 0;; ++i) co_yield at(i);
    }

  private:
    Generator<int> source_;
    std::vector<int> values_;
};

TEST(Recursion, LetsSeveralReadersShareOneGenerator) {
    conforms_to({"test_generators.__test__ (doctest).doctest:fun.tee"});
    Shared numbers(from_two());
    auto first = numbers.read();
    auto second = numbers.read();
    EXPECT_EQ(first.next(), 2);
    EXPECT_EQ(first.next(), 3);
    EXPECT_EQ(second.next(), 2);
    EXPECT_EQ(first.next(), 4);
    EXPECT_EQ(second.next(), 3);
}

Generator<int> times(int factor, Generator<int> numbers) {
    for (const int number : numbers) co_yield factor* number;
}

Generator<int> merge(Generator<int> a, Generator<int> b) {
    int x = *a.next();
    int y = *b.next();
    while (true) {
        const int smaller = std::min(x, y);
        co_yield smaller;
        if (x == smaller) x = *a.next();
        if (y == smaller) y = *b.next();
    }
}

/// The numbers without a prime factor above 5. The stream reads itself, a little behind.
class Hamming {
  public:
    Generator<int> read() { return stream_.read(); }

  private:
    Generator<int> numbers() {
        co_yield 1;
        co_yield aio::from(merge(times(2, read()), merge(times(3, read()), times(5, read()))));
    }

    Shared stream_{numbers()};
};

TEST(Recursion, LetsAStreamReadItself) {
    conforms_to({"test_generators.__test__ (doctest).doctest:fun.hamming_lazy_list"});
    Hamming hamming;
    std::vector<int> first;
    for (const int number : hamming.read()) {
        if (first.size() == 15) break;
        first.push_back(number);
    }
    EXPECT_EQ(first, (std::vector{1, 2, 3, 4, 5, 6, 8, 9, 10, 12, 15, 16, 18, 20, 24}));
}

// ── back-tracking ──

/// All ways to choose one value from each of `choices`, the last one changing fastest.
Generator<std::vector<int>> product(const std::vector<std::vector<int>>& choices,
                                    std::vector<int>& chosen) {
    const std::size_t depth = chosen.size();
    if (depth == choices.size()) {
        co_yield chosen;
        co_return;
    }
    for (const int choice : choices[depth]) {
        chosen.push_back(choice);
        co_yield aio::from(product(choices, chosen));
        chosen.pop_back();
    }
}

TEST(Recursion, BackTracksThroughAProductInOrder) {
    conforms_to({"test_generators.__test__ (doctest).doctest:conjoin.cross_product"});
    const std::vector<std::vector<int>> choices = {{0, 1}, {2}, {3, 4}};
    std::vector<int> chosen;
    const std::vector<std::vector<int>> expected = {{0, 2, 3}, {0, 2, 4}, {1, 2, 3}, {1, 2, 4}};
    EXPECT_EQ(list<std::vector<int>>(product(choices, chosen)), expected);
}

/// A knight on a board of 10 x 10, and the squares it has been to.
class Knight {
  public:
    static constexpr int kSide = 10;

    /// Yields the tour whenever all squares have been visited.
    Generator<std::vector<int>> tours(int square) {
        visited_.at(static_cast<std::size_t>(square)) = true;
        path_.push_back(square);
        if (path_.size() == visited_.size()) co_yield path_;
        for (const int next : by_fewest_exits(square)) co_yield aio::from(tours(next));
        path_.pop_back();
        visited_.at(static_cast<std::size_t>(square)) = false;
    }

    static bool is_move(int a, int b) {
        const int x = std::abs(a % kSide - b % kSide);
        const int y = std::abs(a / kSide - b / kSide);
        return x * y == 2;
    }

  private:
    std::vector<int> exits(int square) const {
        std::vector<int> free;
        for (int next = 0; next < kSide * kSide; ++next) {
            if (is_move(square, next) && !visited_.at(static_cast<std::size_t>(next))) {
                free.push_back(next);
            }
        }
        return free;
    }

    /// Where to go, the squares that are hardest to leave first (Warnsdorff's rule).
    std::vector<int> by_fewest_exits(int square) const {
        std::vector<int> next = exits(square);
        std::ranges::sort(next, {}, [&](int each) { return std::pair(exits(each).size(), each); });
        return next;
    }

    std::array<bool, kSide * kSide> visited_{};
    std::vector<int> path_;
};

TEST(Recursion, FindsAKnightsTourByAHundredNestedGenerators) {
    conforms_to({"test_generators.__test__ (doctest).doctest:conjoin.knights"});
    Knight knight;
    auto tours = knight.tours(0);
    const std::vector<int> tour = *tours.next();
    ASSERT_EQ(tour.size(), 100U);
    EXPECT_EQ(std::set<int>(tour.begin(), tour.end()).size(), 100U) << "each square once";
    for (std::size_t i = 1; i < tour.size(); ++i) {
        EXPECT_TRUE(Knight::is_move(tour[i - 1], tour[i])) << "move " << i;
    }
}

}  // namespace
