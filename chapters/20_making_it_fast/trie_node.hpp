#pragma once
// The nodes of a PersistentMap: leaves, and branches with up to 32 children.
//
// A branch has no empty places: a bitmap says which of the 32 children it has, and these lie one
// after another in memory, right behind it. To find a child, count the bits below its own.
// No node is ever changed once it is made, so any number of tries may share it.
#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <span>

#include "06_futures/detail/context_snapshot.hpp"
#include "06_futures/detail/pool.hpp"

namespace aio {

/// A leaf, or a branch with all that is below it. By itself it is a whole trie, too.
class TrieNode : public ContextData {
  public:
    /// How many leaves it has, or is. A branch has at least two.
    [[nodiscard]] std::size_t leaves() const noexcept { return leaves_; }
    [[nodiscard]] bool is_leaf() const noexcept { return leaves_ == 1; }

  protected:
    explicit TrieNode(std::size_t leaves) noexcept : leaves_(leaves) {}

  private:
    std::size_t leaves_;
};

/// A counted reference to a node; null is the empty trie. What a callback remembers is just this.
using TrieRef = ContextSnapshot;

[[nodiscard]] inline TrieNode* node_of(const TrieRef& trie) noexcept {
    return static_cast<TrieNode*>(trie.get());
}

/// What is in the map under a number: a leaf. The value is in a class that derives from it.
class MapEntry : public TrieNode {
  public:
    explicit MapEntry(std::uint64_t number) noexcept : TrieNode(1), number_(number) {}
    [[nodiscard]] std::uint64_t number() const noexcept { return number_; }

  private:
    std::uint64_t number_;
};

/// A counted reference to an entry; null is none.
using MapEntryRef = TrieRef;

/// Children in the order of their digits.
class TrieBranch final : public TrieNode {
  public:
    using Children = std::span<const TrieRef>;

    /// One with a child for each bit of `bitmap`.
    [[nodiscard]] static TrieRef make(std::uint32_t bitmap, Children children) {
        return make(bitmap, children, {}, {});
    }

    ~TrieBranch() override { std::destroy_n(first(), size()); }

    [[nodiscard]] Children children() const noexcept { return {first(), size()}; }

    /// The child of this digit; null if there is none.
    [[nodiscard]] const TrieRef& child(unsigned digit) const noexcept {
        return has(digit) ? first()[index_of(digit)] : none_;
    }

    /// A copy whose child of this digit is `child`; null takes it out. What has one leaf left is no
    /// branch any more, but that leaf.
    [[nodiscard]] TrieRef with_child(unsigned digit, const TrieRef& child) const {
        const std::uint32_t bit = 1U << digit;
        const std::size_t index = index_of(digit);
        const bool is_there = child.get() != nullptr;
        const TrieRef copy = make(is_there ? bitmap_ | bit : bitmap_ & ~bit,
                                  children().first(index), Children(&child, is_there ? 1 : 0),
                                  children().subspan(index + (has(digit) ? 1 : 0)));
        return node_of(copy)->is_leaf() ? static_cast<TrieBranch*>(copy.get())->first()[0] : copy;
    }

    /// How much memory it has depends on its children: `delete` asks for it before they are gone.
    static void operator delete(TrieBranch* branch, std::destroying_delete_t /*tag*/) noexcept {
        const std::size_t bytes = bytes_for(branch->size());
        branch->~TrieBranch();
        Pool::deallocate(branch, bytes);
    }

  private:
    static std::size_t leaves_of(Children children) noexcept {
        std::size_t leaves = 0;
        for (const TrieRef& child : children) leaves += node_of(child)->leaves();
        return leaves;
    }

    static TrieRef make(std::uint32_t bitmap, Children before, Children middle, Children after) {
        const std::size_t size = before.size() + middle.size() + after.size();
        return TrieRef(::new (Pool::allocate(bytes_for(size)))
                           TrieBranch(bitmap, before, middle, after));
    }
    static constexpr std::size_t bytes_for(std::size_t children) noexcept {
        return sizeof(TrieBranch) + children * sizeof(TrieRef);
    }
    TrieBranch(std::uint32_t bitmap, Children before, Children middle, Children after) noexcept
        : TrieNode(leaves_of(before) + leaves_of(middle) + leaves_of(after)), bitmap_(bitmap) {
        TrieRef* to = std::uninitialized_copy(before.begin(), before.end(), first());
        to = std::uninitialized_copy(middle.begin(), middle.end(), to);
        std::uninitialized_copy(after.begin(), after.end(), to);
    }

    [[nodiscard]] TrieRef* first() noexcept { return reinterpret_cast<TrieRef*>(this + 1); }
    [[nodiscard]] const TrieRef* first() const noexcept {
        return reinterpret_cast<const TrieRef*>(this + 1);
    }
    [[nodiscard]] std::size_t size() const noexcept {
        return static_cast<std::size_t>(std::popcount(bitmap_));
    }
    [[nodiscard]] bool has(unsigned digit) const noexcept { return (bitmap_ >> digit & 1U) != 0; }
    /// How many children come before that of this digit.
    [[nodiscard]] std::size_t index_of(unsigned digit) const noexcept {
        return static_cast<std::size_t>(std::popcount(bitmap_ & ((1U << digit) - 1)));
    }

    static inline const TrieRef none_;

    std::uint32_t bitmap_;
};

}  // namespace aio
