#pragma once
// PersistentMap: a map that is never changed. To change it is to make another one, which shares
// nearly all with the first.
//
// It is the hash array mapped trie of CPython's contexts. A key is a number, read five bits at a
// time, the lowest first: a digit from 0 to 31, which says to which child of a branch the way goes
// on. The way to a leaf ends as soon as it goes to no other leaf: so a few keys are one branch, and
// a million are four levels of branches. Who adds a leaf copies the branches on the way to it, and
// shares all the others.
//
// CPython's keys are hashes, and two keys may have the same one. Ours are numbers given in order:
// no two variables have the same number, so what differs is told apart after 13 digits at most.
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "13_context_variables/trie_node.hpp"

namespace aio {

/// Shares the nodes of a trie; to copy it is to count one more share. The leaves are TrieLeafs, by
/// their number. Thread rule: as any value.
class PersistentMap {
  public:
    PersistentMap() noexcept = default;
    explicit PersistentMap(TrieRef root) noexcept : root_(std::move(root)) {}
    explicit PersistentMap(ContextData* root) noexcept : root_(root) {}

    [[nodiscard]] const TrieRef& root() const noexcept { return root_; }
    [[nodiscard]] std::size_t size() const noexcept {
        return root_.get() != nullptr ? node_of(root_)->leaves() : 0;
    }

    /// The leaf with this number; nullptr if there is none.
    [[nodiscard]] TrieLeaf* find(std::uint64_t number) const {
        return search(node_of(root_), number);
    }
    /// The same in the trie whose root is `node`.
    [[nodiscard]] static TrieLeaf* search(TrieNode* node, std::uint64_t number) {
        for (std::uint64_t digits = number; node != nullptr && !node->is_leaf(); digits >>= kBits) {
            node = node_of(static_cast<TrieBranch*>(node)->child(digits % kDigits));
        }
        auto* const leaf = static_cast<TrieLeaf*>(node);
        return leaf != nullptr && leaf->number() == number ? leaf : nullptr;
    }

    /// This trie and `leaf`, which must be a TrieLeaf; in place of the one with its number, if
    /// there is one. The same trie if that leaf is in it.
    [[nodiscard]] PersistentMap with(const TrieRef& leaf) const {
        return PersistentMap(add(root_, leaf, 0));
    }

    /// This trie without the leaf of this number. The same trie if there is none.
    [[nodiscard]] PersistentMap without(std::uint64_t number) const {
        return PersistentMap(remove(root_, number, 0));
    }

    /// Calls visit(leaf) for each, in the order of the digits.
    template <class Visit>
    void for_each(Visit visit) const {
        if (root_.get() != nullptr) visit_all(root_, visit);
    }

  private:
    static constexpr unsigned kBits = 5;
    static constexpr unsigned kDigits = 1U << kBits;

    static unsigned digit_of(std::uint64_t number, unsigned shift) noexcept {
        return (number >> shift) % kDigits;
    }
    static std::uint64_t number_of(const TrieRef& leaf) noexcept {
        return static_cast<TrieLeaf*>(leaf.get())->number();
    }

    static TrieRef add(const TrieRef& trie, const TrieRef& leaf, unsigned shift) {
        if (trie.get() == nullptr) return leaf;
        if (node_of(trie)->is_leaf()) {
            return number_of(trie) == number_of(leaf) ? leaf : fork(trie, leaf, shift);
        }
        const auto& branch = *static_cast<TrieBranch*>(trie.get());
        const unsigned digit = digit_of(number_of(leaf), shift);
        const TrieRef& child = branch.child(digit);
        const TrieRef grown = add(child, leaf, shift + kBits);
        return grown.get() == child.get() ? trie : branch.with_child(digit, grown);
    }

    /// The smallest trie of two leaves: one branch, or, while their digits agree, a branch with
    /// nothing but a branch below it.
    static TrieRef fork(const TrieRef& a, const TrieRef& b, unsigned shift) {
        const unsigned digit_a = digit_of(number_of(a), shift);
        const unsigned digit_b = digit_of(number_of(b), shift);
        if (digit_a == digit_b)
            return TrieBranch::make(1U << digit_a, std::array{fork(a, b, shift + kBits)});
        const std::uint32_t bitmap = 1U << digit_a | 1U << digit_b;
        return TrieBranch::make(bitmap, digit_a < digit_b ? std::array{a, b} : std::array{b, a});
    }

    static TrieRef remove(const TrieRef& trie, std::uint64_t number, unsigned shift) {
        if (trie.get() == nullptr) return trie;
        if (node_of(trie)->is_leaf()) return number_of(trie) == number ? TrieRef() : trie;
        const auto& branch = *static_cast<TrieBranch*>(trie.get());
        const unsigned digit = digit_of(number, shift);
        const TrieRef& child = branch.child(digit);
        const TrieRef left = remove(child, number, shift + kBits);
        return left.get() == child.get() ? trie : branch.with_child(digit, left);
    }

    template <class Visit>
    static void visit_all(const TrieRef& trie, Visit& visit) {
        if (node_of(trie)->is_leaf()) return visit(static_cast<TrieLeaf&>(*trie.get()));
        for (const TrieRef& child : static_cast<TrieBranch*>(trie.get())->children()) {
            visit_all(child, visit);
        }
    }

    TrieRef root_;
};

}  // namespace aio
