#pragma once
// What a PersistentMap does, however it is made. The tests of chapter 13 ask whichever map is on
// the include path, those of chapter 20 ask the trie: include the map first.
#include <cstdlib>
#include <map>
#include <random>
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/conforms_to.hpp"

namespace {

using aio::MapEntry;
using aio::MapEntryRef;
using aio::PersistentMap;

/// An entry with a value. Knows how many there are.
class Entry final : public MapEntry {
  public:
    Entry(std::uint64_t number, int its_value) : MapEntry(number), value(its_value) { ++alive; }
    ~Entry() override { --alive; }

    static inline int alive = 0;
    const int value;
};

MapEntryRef entry(std::uint64_t number, int value = 0) {
    return MapEntryRef(new Entry(number, value));
}

/// The value under this number; -1 where there is none.
int value_of(const PersistentMap& map, std::uint64_t number) {
    const auto* found = static_cast<Entry*>(map.find(number));
    return found != nullptr ? found->value : -1;
}

PersistentMap map_of(std::initializer_list<std::uint64_t> numbers) {
    PersistentMap map;
    for (const std::uint64_t number : numbers) map = map.with(entry(number, 1));
    return map;
}

/// All numbers up to `count`, without it.
PersistentMap map_of_the_first(std::uint64_t count) {
    PersistentMap map;
    for (std::uint64_t number = 0; number < count; ++number) map = map.with(entry(number, 1));
    return map;
}

using Numbers = std::multiset<std::uint64_t>;
Numbers numbers_of(const PersistentMap& map) {
    Numbers numbers;
    map.for_each([&](const MapEntry& one) { numbers.insert(one.number()); });
    return numbers;
}

/// Whether both refer to the same data: nothing was copied.
bool is_same(const PersistentMap& a, const PersistentMap& b) {
    return a.data().get() == b.data().get();
}

// ── with ──

/// Does `work`, and ends the process: for ASSERT_EXIT, as to ask a node that is not there usually
/// crashes.
template <class Work>
[[noreturn]] void finish(Work work) {
    work();
    std::_Exit(0);
}

TEST(PersistentMap, AnswersForNumbersThatItHasAndForThoseThatItHasNot) {
    const auto add_to_none = [] { (void)PersistentMap().with(entry(1)); };
    ASSERT_EXIT(finish(add_to_none), testing::ExitedWithCode(0), "")
        << "with() on an empty map: its data is null";
    const auto replace = [] { (void)map_of({1}).with(entry(1)); };
    ASSERT_EXIT(finish(replace), testing::ExitedWithCode(0), "")
        << "with() of a number that is there: the new entry takes the place of the old one, for no "
           "digit would tell the two apart";
    const auto find_in_none = [] { (void)PersistentMap().find(1); };
    ASSERT_EXIT(finish(find_in_none), testing::ExitedWithCode(0), "")
        << "find() in an empty map: its data is null";
    const auto find_a_third = [] { (void)map_of({1, 2}).find(3); };
    ASSERT_EXIT(finish(find_a_third), testing::ExitedWithCode(0), "")
        << "find(3) in a map of 1 and 2: there is nothing under this number, not even a way to it";
    const auto remove_from_none = [] { (void)PersistentMap().without(1); };
    ASSERT_EXIT(finish(remove_from_none), testing::ExitedWithCode(0), "")
        << "without() on an empty map: its data is null";
    const auto remove_a_third = [] { (void)map_of({1, 2}).without(3); };
    ASSERT_EXIT(finish(remove_a_third), testing::ExitedWithCode(0), "")
        << "without(3) on a map of 1 and 2: there is nothing under this number";
}

TEST(PersistentMap, IsEmptyAtFirst) {
    conforms_to({"test_context.HamtTest.test_hamt_items_3"});
    const PersistentMap empty;
    EXPECT_EQ(empty.size(), 0U);
    EXPECT_EQ(empty.find(0), nullptr);
    EXPECT_EQ(numbers_of(empty), Numbers());
}

TEST(PersistentMap, OfOneEntryFindsItAndNoOther) {
    const PersistentMap map = PersistentMap().with(entry(7, 70));
    EXPECT_EQ(map.size(), 1U);
    EXPECT_EQ(value_of(map, 7), 70);
    EXPECT_EQ(value_of(map, 7 + 32), -1) << "39 is not in it: only its last five bits are 7's";
}

TEST(PersistentMap, FindsEachOfManyAndNoOther) {
    conforms_to({"test_context.HamtTest.test_hamt_items_1"});
    PersistentMap map;
    for (int i = 0; i < 1'000; ++i) map = map.with(entry(static_cast<std::uint64_t>(3 * i), i));
    EXPECT_EQ(map.size(), 1'000U);
    for (int i = 0; i < 1'000; ++i) {
        ASSERT_EQ(value_of(map, static_cast<std::uint64_t>(3 * i)), i)
            << "what was put in under " << 3 * i << " must be found under it";
        ASSERT_EQ(value_of(map, static_cast<std::uint64_t>(3 * i + 1)), -1)
            << "nobody has put " << 3 * i + 1 << " into it";
    }
}

TEST(PersistentMap, VisitsEachEntryOnce) {
    conforms_to({"test_context.HamtTest.test_hamt_keys_1"});
    EXPECT_EQ(numbers_of(map_of({9, 33, 2, 1, 65})), (Numbers{1, 2, 9, 33, 65}));
}

TEST(PersistentMap, IsNotChangedByWhatIsMadeOfIt) {
    const PersistentMap first = map_of({1, 2});
    const PersistentMap second = first.with(entry(3, 30)).with(entry(1, 10));
    const PersistentMap third = second.without(2);
    EXPECT_EQ(numbers_of(first), (Numbers{1, 2})) << "the first map must not get the 3";
    EXPECT_EQ(value_of(first, 1), 1) << "the first map must keep its own 1";
    EXPECT_EQ(numbers_of(second), (Numbers{1, 2, 3})) << "the second map must keep its 2";
    EXPECT_EQ(value_of(second, 1), 10) << "the new 1 must take the place of the old one";
    EXPECT_EQ(numbers_of(third), (Numbers{1, 3}));
}

TEST(PersistentMap, WithAnEntryThatItHasIsTheSameMap) {
    conforms_to({"test_context.HamtTest.test_hamt_basics_3"});
    const MapEntryRef one = entry(5);
    const PersistentMap map = map_of({1, 2, 5 + 32, 3}).with(one);
    EXPECT_TRUE(is_same(map.with(one), map)) << "nothing has to be copied";
}

TEST(PersistentMap, WithAnEqualEntryThatIsAnotherIsAnotherMap) {
    conforms_to({"test_context.HamtTest.test_hamt_basics_4"});
    const PersistentMap map = map_of({1, 2}).with(entry(5, 50));
    const MapEntryRef equal = entry(5, 50);
    const PersistentMap other = map.with(equal);
    EXPECT_FALSE(is_same(other, map)) << "to change a map makes another one";
    EXPECT_EQ(other.find(5), equal.get()) << "the new 5 must take the place of the old one";
    EXPECT_EQ(other.size(), 3U) << "... and not stand beside it";
}

TEST(PersistentMap, KeepsNumbersApartThatDifferInOneBitOnly) {
    conforms_to(
        {"test_context.HamtTest.test_hamt_collision_1", "test_context.HamtTest.test_hamt_items_2"});
    PersistentMap map;
    std::vector<PersistentMap> versions;
    for (unsigned bit = 0; bit < 64; ++bit) {
        versions.push_back(map);
        map = map.with(entry(std::uint64_t{1} << bit, static_cast<int>(bit)));
    }
    for (unsigned bit = 0; bit < 64; ++bit) {
        ASSERT_EQ(value_of(map, std::uint64_t{1} << bit), static_cast<int>(bit))
            << "under the number of which bit " << bit << " alone is 1";
        ASSERT_EQ(versions[bit].size(), bit) << "an older version must not have grown";
        ASSERT_EQ(versions[bit].find(std::uint64_t{1} << bit), nullptr);
    }
}

// ── copies ──

TEST(PersistentMap, IsCopiedWithoutCopyingWhatIsInIt) {
    const PersistentMap map = map_of_the_first(100);
    const PersistentMap copy = map;  // NOLINT(performance-unnecessary-copy-initialization)
    EXPECT_TRUE(is_same(copy, map)) << "a copy is one more reference, however large the map is";
}

TEST(PersistentMap, SharesTheEntriesThatItTakesOver) {
    const int before = Entry::alive;
    const PersistentMap map = map_of_the_first(100);
    const PersistentMap other = map.with(entry(100)).without(7);
    EXPECT_EQ(Entry::alive - before, 101) << "a change copies references, and never an entry";
    EXPECT_EQ(other.find(42), map.find(42));
}

// ── without ──

TEST(PersistentMap, WithoutWhatItHasNotIsTheSameMap) {
    const PersistentMap map = map_of({1, 2, 34});
    EXPECT_TRUE(is_same(map.without(3), map)) << "3 is not in {1, 2, 34}: nothing to copy";
    EXPECT_TRUE(is_same(map.without(66), map))
        << "66 is not in {1, 2, 34}, though its way leads past 2 and 34";
    EXPECT_EQ(PersistentMap().without(1).size(), 0U);
}

TEST(PersistentMap, WithoutItsOnlyEntryIsEmpty) {
    EXPECT_EQ(map_of({1}).without(1).size(), 0U);
    EXPECT_EQ(map_of({1}).without(33).size(), 1U) << "33 is not in it";
}

// ── a long life ──

TEST(PersistentMap, AgreesWithAnOrdinaryMapAndSoDoItsSnapshots) {
    conforms_to({"test_context.HamtTest.test_hamt_stress"});
    std::mt19937_64 random(13);  // NOLINT: the same numbers in each run
    using Ordinary = std::map<std::uint64_t, int>;
    PersistentMap map;
    Ordinary ordinary;
    std::vector<std::pair<PersistentMap, Ordinary>> snapshots;
    const auto shown = [](const PersistentMap& of) {
        Ordinary all;
        of.for_each(
            [&](const MapEntry& one) { all[one.number()] = static_cast<const Entry&>(one).value; });
        return all;
    };
    for (int step = 0; step < 5'000; ++step) {
        // From few numbers, so that they meet again; sometimes one from far away.
        const std::uint64_t number = (random() % 200) << (random() % 8 == 0 ? 40U : 0U);
        if (random() % 3 != 0) {
            map = map.with(entry(number, step));
            ordinary[number] = step;
        } else {
            map = map.without(number);
            ordinary.erase(number);
        }
        if (step % 500 == 0) snapshots.emplace_back(map, ordinary);
        ASSERT_EQ(map.size(), ordinary.size()) << "after step " << step;
    }
    EXPECT_EQ(shown(map), ordinary);
    for (const auto& [ours, theirs] : snapshots) {
        EXPECT_EQ(shown(ours), theirs) << "a snapshot has changed";
    }
}

TEST(PersistentMap, GivesAllItsMemoryBack) {
    const int before = Entry::alive;
    {
        PersistentMap map;
        for (std::uint64_t number = 0; number < 500; ++number) {
            map = map.with(entry(number * 7));
            if (number % 3 == 0) map = map.without(number);
        }
        const PersistentMap copy = map;
        EXPECT_GT(Entry::alive, before);
        EXPECT_EQ(copy.size(), map.size());
    }
    EXPECT_EQ(Entry::alive, before);
}

}  // namespace
