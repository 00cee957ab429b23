// PersistentMap: a map that is never changed, told by numbers.
#include <map>
#include <random>
#include <set>

#include <gtest/gtest.h>

#include "13_context_variables/persistent_map.hpp"
#include "tests/support/conforms_to.hpp"

namespace {

using aio::PersistentMap;
using aio::TrieRef;

/// A leaf with a value. Knows how many there are.
class Leaf final : public aio::TrieLeaf {
  public:
    Leaf(std::uint64_t number, int its_value) : TrieLeaf(number), value(its_value) { ++alive; }
    ~Leaf() override { --alive; }

    static inline int alive = 0;
    const int value;
};

TrieRef leaf(std::uint64_t number, int value = 0) {
    return TrieRef(new Leaf(number, value));
}

/// The value under this number; -1 where there is none.
int value_of(const PersistentMap& trie, std::uint64_t number) {
    const auto* found = static_cast<Leaf*>(trie.find(number));
    return found != nullptr ? found->value : -1;
}

PersistentMap trie_of(std::initializer_list<std::uint64_t> numbers) {
    PersistentMap trie;
    for (const std::uint64_t number : numbers) trie = trie.with(leaf(number, 1));
    return trie;
}

std::set<std::uint64_t> numbers_of(const PersistentMap& trie) {
    std::set<std::uint64_t> numbers;
    trie.for_each([&](const aio::TrieLeaf& one) { numbers.insert(one.number()); });
    return numbers;
}
using Numbers = std::set<std::uint64_t>;

/// How many branches lie one below the other on the way to the leaves.
int depth(const aio::TrieNode* node) {
    if (node == nullptr || node->is_leaf()) return 0;
    int deepest = 0;
    for (const TrieRef& child : static_cast<const aio::TrieBranch*>(node)->children()) {
        deepest = std::max(deepest, depth(aio::node_of(child)));
    }
    return deepest + 1;
}
int depth(const PersistentMap& trie) {
    return depth(aio::node_of(trie.root()));
}

constexpr std::uint64_t kHighest = std::uint64_t{1} << 60U;  // the thirteenth digit is 1

// ── with ──

TEST(PersistentMap, IsEmptyAtFirst) {
    conforms_to({"test_context.HamtTest.test_hamt_items_3"});
    const PersistentMap empty;
    EXPECT_EQ(empty.size(), 0U);
    EXPECT_EQ(empty.find(0), nullptr);
    EXPECT_EQ(numbers_of(empty), Numbers());
}

TEST(PersistentMap, OfOneLeafIsThatLeaf) {
    const TrieRef one = leaf(7, 70);
    const PersistentMap trie = PersistentMap().with(one);
    EXPECT_EQ(trie.root().get(), one.get());
    EXPECT_EQ(trie.size(), 1U);
    EXPECT_EQ(value_of(trie, 7), 70);
    EXPECT_EQ(value_of(trie, 7 + 32), -1) << "39 has the digit of 7, but is not 7";
}

TEST(PersistentMap, FindsEachOfManyAndNoOther) {
    conforms_to({"test_context.HamtTest.test_hamt_items_1"});
    PersistentMap trie;
    for (int i = 0; i < 1'000; ++i) trie = trie.with(leaf(static_cast<std::uint64_t>(3 * i), i));
    EXPECT_EQ(trie.size(), 1'000U);
    for (int i = 0; i < 1'000; ++i) {
        ASSERT_EQ(value_of(trie, static_cast<std::uint64_t>(3 * i)), i);
        ASSERT_EQ(value_of(trie, static_cast<std::uint64_t>(3 * i + 1)), -1);
    }
    EXPECT_EQ(numbers_of(trie).size(), 1'000U);
}

TEST(PersistentMap, GivesAllItsKeysInTheOrderOfTheirDigits) {
    conforms_to({"test_context.HamtTest.test_hamt_keys_1"});
    std::vector<std::uint64_t> order;
    trie_of({9, 33, 2, 1, 65}).for_each([&](const aio::TrieLeaf& one) {
        order.push_back(one.number());
    });
    EXPECT_EQ(order, (std::vector<std::uint64_t>{1, 33, 65, 2, 9}));
}

TEST(PersistentMap, IsNotChangedByWhatIsMadeOfIt) {
    const PersistentMap first = trie_of({1, 2});
    const PersistentMap second = first.with(leaf(3, 30)).with(leaf(1, 10));
    const PersistentMap third = second.without(2);
    EXPECT_EQ(numbers_of(first), (Numbers{1, 2}));
    EXPECT_EQ(value_of(first, 1), 1) << "the first map must keep its own 1";
    EXPECT_EQ(numbers_of(second), (Numbers{1, 2, 3}));
    EXPECT_EQ(value_of(second, 1), 10);
    EXPECT_EQ(numbers_of(third), (Numbers{1, 3}));
}

TEST(PersistentMap, WithALeafThatItHasIsTheSameTrie) {
    conforms_to({"test_context.HamtTest.test_hamt_basics_3"});
    const TrieRef one = leaf(5);
    const PersistentMap trie = trie_of({1, 2, 5 + 32, 3}).with(one);
    EXPECT_EQ(trie.with(one).root().get(), trie.root().get()) << "nothing has to be copied";
}

TEST(PersistentMap, WithAnEqualLeafThatIsAnotherIsAnotherTrie) {
    conforms_to({"test_context.HamtTest.test_hamt_basics_4"});
    const PersistentMap trie = trie_of({1, 2, 5}).with(leaf(5, 50));
    const PersistentMap other = trie.with(leaf(5, 50));
    EXPECT_NE(other.root().get(), trie.root().get());
    EXPECT_EQ(other.size(), 3U) << "the new 5 must take the place of the old one";
    EXPECT_EQ(value_of(other, 5), 50);
}

TEST(PersistentMap, SharesWhatIsNotOnTheWay) {
    PersistentMap trie;
    for (std::uint64_t number = 0; number < 1'024; ++number) trie = trie.with(leaf(number));
    ASSERT_EQ(depth(trie), 2) << "32 branches below one";
    const PersistentMap other = trie.with(leaf(0));
    const auto children = [](const PersistentMap& of) {
        return static_cast<aio::TrieBranch*>(of.root().get())->children();
    };
    for (std::size_t i = 0; i < 32; ++i) {
        const bool is_shared = children(trie)[i].get() == children(other)[i].get();
        EXPECT_EQ(is_shared, i != 0) << "the number 0 is in the first branch, and in no other; "
                                     << "this is branch " << i;
    }
}

TEST(PersistentMap, OfThirtyTwoNumbersInARowIsOneBranch) {
    PersistentMap trie;
    for (std::uint64_t number = 100; number < 132; ++number) trie = trie.with(leaf(number));
    EXPECT_EQ(depth(trie), 1);
    EXPECT_EQ(trie.size(), 32U);
}

TEST(PersistentMap, OfThousandsIsFlat) {
    PersistentMap trie;
    for (std::uint64_t number = 0; number < 30'000; ++number) trie = trie.with(leaf(number));
    EXPECT_EQ(depth(trie), 3) << "32 * 32 * 32 leaves fit into three levels";
}

// ── keys that go the same way for long ──

TEST(PersistentMap, KeepsNumbersApartThatDifferInOneBitOnly) {
    conforms_to(
        {"test_context.HamtTest.test_hamt_collision_1", "test_context.HamtTest.test_hamt_items_2"});
    PersistentMap trie;
    std::vector<PersistentMap> versions;
    for (unsigned bit = 0; bit < 64; ++bit) {
        versions.push_back(trie);
        trie = trie.with(leaf(std::uint64_t{1} << bit, static_cast<int>(bit)));
    }
    for (unsigned bit = 0; bit < 64; ++bit) {
        ASSERT_EQ(value_of(trie, std::uint64_t{1} << bit), static_cast<int>(bit));
        ASSERT_EQ(versions[bit].size(), bit) << "an older version must not have grown";
        ASSERT_EQ(versions[bit].find(std::uint64_t{1} << bit), nullptr);
    }
}

TEST(PersistentMap, VisitsLeavesAtTheGreatestDepth) {
    conforms_to({"test_context.HamtTest.test_hamt_collision_3"});
    const PersistentMap trie = trie_of({0, kHighest, 2 * kHighest, 1});
    EXPECT_EQ(depth(trie), 13) << "64 bits are thirteen digits";
    EXPECT_EQ(numbers_of(trie), (Numbers{0, 1, kHighest, 2 * kHighest}));
}

// ── without ──

TEST(PersistentMap, WithoutWhatItHasNotIsTheSameTrie) {
    const PersistentMap trie = trie_of({1, 2, 34});
    EXPECT_EQ(trie.without(3).root().get(), trie.root().get());
    EXPECT_EQ(trie.without(66).root().get(), trie.root().get());
    EXPECT_EQ(PersistentMap().without(1).size(), 0U);
}

TEST(PersistentMap, WithoutItsOnlyLeafIsEmpty) {
    EXPECT_EQ(trie_of({1}).without(1).root().get(), nullptr);
    EXPECT_EQ(trie_of({1}).without(33).size(), 1U);
}

TEST(PersistentMap, CollapsesWhenOneLeafIsLeft) {
    conforms_to({"test_context.HamtTest.test_hamt_delete_2"});
    const PersistentMap trie = trie_of({0, kHighest});
    ASSERT_EQ(depth(trie), 13);
    const PersistentMap one = trie.without(kHighest);
    EXPECT_EQ(depth(one), 0) << "one leaf needs no branches";
    EXPECT_EQ(numbers_of(one), (Numbers{0}));
}

TEST(PersistentMap, CollapsesOnlyTheBranchesThatAreNotNeededAnyMore) {
    conforms_to({"test_context.HamtTest.test_hamt_delete_4"});
    const PersistentMap trie = trie_of({0, 32, kHighest});
    const PersistentMap two = trie.without(kHighest);
    EXPECT_EQ(depth(two), 2) << "0 and 32 differ in the second digit";
    EXPECT_EQ(numbers_of(two), (Numbers{0, 32}));
    const PersistentMap deep = trie.without(32);
    EXPECT_EQ(depth(deep), 13);
    EXPECT_EQ(numbers_of(deep), (Numbers{0, kHighest}));
}

TEST(PersistentMap, KeepsDeepLeavesWhenTheirNeighbourGoes) {
    conforms_to({"test_context.HamtTest.test_hamt_delete_3"});
    const PersistentMap trie = trie_of({1, 0, kHighest}).without(1);
    EXPECT_EQ(depth(trie), 13) << "a branch below a branch with no other child must stay below it";
    EXPECT_EQ(value_of(trie, 0), 1);
    EXPECT_EQ(value_of(trie, kHighest), 1);
    EXPECT_EQ(value_of(trie, 1), -1);
}

// ── a long life ──

TEST(PersistentMap, AgreesWithAnOrdinaryMapAndSoDoItsSnapshots) {
    conforms_to({"test_context.HamtTest.test_hamt_stress"});
    std::mt19937_64 random(13);  // NOLINT: the same numbers in each run
    PersistentMap trie;
    std::map<std::uint64_t, int> map;
    std::vector<std::pair<PersistentMap, std::map<std::uint64_t, int>>> snapshots;
    const auto agree = [](const PersistentMap& ours, const std::map<std::uint64_t, int>& theirs) {
        std::map<std::uint64_t, int> seen;
        ours.for_each([&](const aio::TrieLeaf& one) {
            seen[one.number()] = static_cast<const Leaf&>(one).value;
        });
        return seen == theirs && ours.size() == theirs.size();
    };
    for (int step = 0; step < 30'000; ++step) {
        // Few digits, so that there are many collisions; sometimes a number from far away.
        const std::uint64_t number = (random() % 4'000) << (random() % 8 == 0 ? 40U : 0U);
        if (random() % 3 != 0) {
            trie = trie.with(leaf(number, step));
            map[number] = step;
        } else {
            trie = trie.without(number);
            map.erase(number);
        }
        if (step % 3'000 == 0) snapshots.emplace_back(trie, map);
        ASSERT_EQ(trie.size(), map.size()) << "after step " << step;
    }
    EXPECT_TRUE(agree(trie, map));
    for (const auto& [ours, theirs] : snapshots) {
        EXPECT_TRUE(agree(ours, theirs)) << "a snapshot of " << theirs.size() << " has changed";
    }
}

TEST(PersistentMap, GivesAllItsMemoryBack) {
    const int before = Leaf::alive;
    {
        PersistentMap trie;
        for (std::uint64_t number = 0; number < 500; ++number) {
            trie = trie.with(leaf(number * 7));
            if (number % 3 == 0) trie = trie.without(number);
        }
        const PersistentMap copy = trie;
        EXPECT_GT(Leaf::alive, before);
        EXPECT_EQ(copy.size(), trie.size());
    }
    EXPECT_EQ(Leaf::alive, before);
}

}  // namespace
