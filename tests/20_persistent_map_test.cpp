// PersistentMap as a trie: it keeps the laws of all, and it shares nearly all of its nodes.
#include "20_making_it_fast/persistent_map.hpp"
#include "tests/support/persistent_map_laws.hpp"

namespace {

using aio::TrieRef;

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
    return depth(aio::node_of(trie.data()));
}

constexpr std::uint64_t kHighest = std::uint64_t{1} << 60U;  // the thirteenth digit is 1

TEST(Trie, OfOneLeafIsThatLeaf) {
    const TrieRef one = entry(7, 70);
    EXPECT_EQ(PersistentMap().with(one).data().get(), one.get());
    EXPECT_EQ(PersistentMap().with(one).without(7).data().get(), nullptr) << "and of none is null";
}

TEST(Trie, GivesItsLeavesInTheOrderOfTheirDigits) {
    std::vector<std::uint64_t> order;
    map_of({9, 33, 2, 1, 65}).for_each([&](const MapEntry& one) { order.push_back(one.number()); });
    EXPECT_EQ(order, (std::vector<std::uint64_t>{1, 33, 65, 2, 9}));
}

TEST(Trie, SharesWhatIsNotOnTheWay) {
    const PersistentMap trie = map_of_the_first(1'024);
    ASSERT_EQ(depth(trie), 2) << "32 branches below one";
    const PersistentMap other = trie.with(entry(0));
    const auto children = [](const PersistentMap& of) {
        return static_cast<aio::TrieBranch*>(of.data().get())->children();
    };
    for (std::size_t i = 0; i < 32; ++i) {
        const bool is_shared = children(trie)[i].get() == children(other)[i].get();
        EXPECT_EQ(is_shared, i != 0) << "the number 0 is in the first branch, and in no other; "
                                     << "this is branch " << i;
    }
}

TEST(Trie, OfThirtyTwoNumbersInARowIsOneBranch) {
    PersistentMap trie;
    for (std::uint64_t number = 100; number < 132; ++number) trie = trie.with(entry(number));
    EXPECT_EQ(depth(trie), 1);
    EXPECT_EQ(trie.size(), 32U);
}

TEST(Trie, OfThousandsIsFlat) {
    ASSERT_EQ(depth(map_of_the_first(1'000)), 2) << "32 * 32 leaves fit into two levels";
    EXPECT_EQ(depth(map_of_the_first(30'000)), 3) << "32 * 32 * 32 leaves fit into three levels";
}

// ── keys that go the same way for long ──

TEST(Trie, VisitsLeavesAtTheGreatestDepth) {
    conforms_to({"test_context.HamtTest.test_hamt_collision_3"});
    const PersistentMap trie = map_of({0, kHighest, 2 * kHighest, 1});
    EXPECT_EQ(depth(trie), 13) << "64 bits are thirteen digits";
    EXPECT_EQ(numbers_of(trie), (Numbers{0, 1, kHighest, 2 * kHighest}));
}

TEST(Trie, CollapsesWhenOneLeafIsLeft) {
    conforms_to({"test_context.HamtTest.test_hamt_delete_2"});
    const PersistentMap trie = map_of({0, kHighest});
    ASSERT_EQ(depth(trie), 13);
    const PersistentMap one = trie.without(kHighest);
    EXPECT_EQ(depth(one), 0) << "one leaf needs no branches";
    EXPECT_EQ(numbers_of(one), (Numbers{0}));
}

TEST(Trie, CollapsesOnlyTheBranchesThatAreNotNeededAnyMore) {
    conforms_to({"test_context.HamtTest.test_hamt_delete_4"});
    const PersistentMap trie = map_of({0, 32, kHighest});
    const PersistentMap two = trie.without(kHighest);
    EXPECT_EQ(depth(two), 2) << "0 and 32 differ in the second digit";
    EXPECT_EQ(numbers_of(two), (Numbers{0, 32}));
    const PersistentMap deep = trie.without(32);
    EXPECT_EQ(depth(deep), 13);
    EXPECT_EQ(numbers_of(deep), (Numbers{0, kHighest}));
}

TEST(Trie, KeepsDeepLeavesWhenTheirNeighbourGoes) {
    conforms_to({"test_context.HamtTest.test_hamt_delete_3"});
    const PersistentMap trie = map_of({1, 0, kHighest}).without(1);
    EXPECT_EQ(depth(trie), 13) << "a branch below a branch with no other child must stay below it";
    EXPECT_EQ(value_of(trie, 0), 1);
    EXPECT_EQ(value_of(trie, kHighest), 1);
    EXPECT_EQ(value_of(trie, 1), -1);
}

}  // namespace
