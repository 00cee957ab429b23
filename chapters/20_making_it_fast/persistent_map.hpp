#pragma once
// PersistentMap: a map that is never changed, and of which a change copies next to nothing.
//
// The law of chapter 13's stays: to set an entry is to make another map. But the new map shares
// nearly all of its nodes with the old one. It is the hash array mapped trie of CPython's contexts.
// A key is a number, read five bits at a time, the lowest first: a digit from 0 to 31, which says
// to which child of a branch to go. The way to a leaf ends as soon as it leads to no other leaf: a
// few keys are one branch, and a million are four levels of branches. To add a leaf is to copy the
// branches on the way to it.
//
// CPython's keys are hashes, and two keys may have the same one. Ours are numbers given in order:
// no two variables have the same number, so 13 digits at most tell any two of them apart.
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "20_making_it_fast/trie_node.hpp"

namespace aio {

/// Entries by their number: the leaves of a trie. Copies refer to the same trie. Thread rule: as
/// any value.
class PersistentMap {
  public:
    PersistentMap() noexcept = default;
    /// The map whose data() this is: the root of a trie.
    explicit PersistentMap(ContextData* root) noexcept : root_(root) {}

    /// What a context keeps of it: its root. Null is an empty map.
    [[nodiscard]] const ContextSnapshot& data() const noexcept { return root_; }
    [[nodiscard]] std::size_t size() const noexcept {
        return root_.get() != nullptr ? node_of(root_)->leaves() : 0;
    }

    /// The entry of this number; nullptr if there is none. It lives as long as the map.
    [[nodiscard]] MapEntry* find(std::uint64_t number) const { return search(root_.get(), number); }
    /// The same in the map with this data().
    [[nodiscard]] static MapEntry* search(ContextData* root, std::uint64_t number) {
        auto* node = static_cast<TrieNode*>(root);
        for (std::uint64_t digits = number; node != nullptr && !node->is_leaf(); digits >>= kBits) {
            node = node_of(static_cast<TrieBranch*>(node)->child(digits % kDigits));
        }
        auto* const leaf = static_cast<MapEntry*>(node);
        return leaf != nullptr && leaf->number() == number ? leaf : nullptr;
    }

    /// These entries and `entry`, in place of the one of its number, if there is one. The same map
    /// if it has that entry already.
    [[nodiscard]] PersistentMap with(const MapEntryRef& entry) const {
        return PersistentMap(add(root_, entry, 0));
    }

    /// These entries without the one of this number. The same map if there is none.
    [[nodiscard]] PersistentMap without(std::uint64_t number) const {
        return PersistentMap(remove(root_, number, 0));
    }

    /// Calls visit(entry) for each, in the order of the digits.
    template <class Visit>
    void for_each(Visit visit) const {
        if (root_.get() != nullptr) visit_all(root_, visit);
    }

  private:
    explicit PersistentMap(TrieRef root) noexcept : root_(std::move(root)) {}

    static constexpr unsigned kBits = 5;
    static constexpr unsigned kDigits = 1U << kBits;

    static unsigned digit_of(std::uint64_t number, unsigned shift) noexcept {
        return (number >> shift) % kDigits;
    }
    static std::uint64_t number_of(const TrieRef& leaf) noexcept {
        return static_cast<MapEntry*>(leaf.get())->number();
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
        if (node_of(trie)->is_leaf()) return visit(static_cast<MapEntry&>(*trie.get()));
        for (const TrieRef& child : static_cast<TrieBranch*>(trie.get())->children()) {
            visit_all(child, visit);
        }
    }

    TrieRef root_;
};

}  // namespace aio
