// Chapter 20: how often the plain stack asks the heap and the kernel, and how often the fast one.
#include <cstdint>
#include <cstdlib>
#include <new>
#include <set>
#include <vector>

#include <fmt/format.h>

#include "20_making_it_fast/both/counts.hpp"
#include "20_making_it_fast/persistent_map.hpp"
#include "common/console/table.hpp"
#include "common/program/program.hpp"

namespace {

using course::Align;
using course::Options;

std::int64_t allocated = 0;

// ── 1 ──
void blocks_of_the_heap(const Options&) {
    const std::vector<counts::Count> plain = aio_plain::blocks_per_operation();
    const std::vector<counts::Count> fast = aio_fast::blocks_per_operation();
    course::Table table({{"blocks of the heap"}, {"plain", Align::right}, {"fast", Align::right}});
    for (std::size_t i = 0; i < plain.size(); ++i) {
        table.add({plain[i].what, fmt::format("{:.1f}", plain[i].times),
                   fmt::format("{:.1f}", fast[i].times)});
    }
    table.print();
}

// ── 2 ──
void looks_at_the_descriptors(const Options&) {
    const counts::BusyLoop plain = aio_plain::busy_loop();
    const counts::BusyLoop fast = aio_fast::busy_loop();
    course::Table table(
        {{"a loop that always has work"}, {"plain", Align::right}, {"fast", Align::right}});
    const auto add = [&](const char* what, std::int64_t first, std::int64_t second) {
        table.add({what, fmt::format("{}", first), fmt::format("{}", second)});
    };
    add("100,000 quick turns: looks", plain.looks, fast.looks);
    add("turns until a byte is read", plain.turns_late, fast.turns_late);
    add("the same, if each turn takes 100 us", plain.slow_late, fast.slow_late);
    table.print();
}

// ── 3 ──

/// All nodes of a trie.
void collect(const aio::TrieRef& trie, std::set<const aio::ContextData*>& nodes) {
    nodes.insert(trie.get());
    if (aio::node_of(trie)->is_leaf()) return;
    for (const auto& child : static_cast<aio::TrieBranch*>(trie.get())->children()) {
        collect(child, nodes);
    }
}

void what_a_set_copies(const Options&) {
    fmt::print("{:>9} {:>9} {:>7}\n", "variables", "branches", "copied");
    for (const int count : {2, 32, 33, 1'000, 30'000}) {
        aio::PersistentMap before;
        for (int i = 0; i < count; ++i) {
            before =
                before.with(aio::MapEntryRef(new aio::MapEntry(static_cast<std::uint64_t>(i))));
        }
        const aio::PersistentMap after = before.with(aio::MapEntryRef(new aio::MapEntry(1)));
        std::set<const aio::ContextData*> old_nodes;
        std::set<const aio::ContextData*> new_nodes;
        collect(before.data(), old_nodes);
        collect(after.data(), new_nodes);
        const std::size_t branches = old_nodes.size() - static_cast<std::size_t>(count);
        std::erase_if(new_nodes, [&](auto* node) { return old_nodes.contains(node); });
        fmt::print("{:9} {:9} {:7}\n", count, branches, new_nodes.size() - 1);
    }
}

}  // namespace

std::int64_t counts::allocations() noexcept {
    return allocated;
}

// All that asks the heap in this program asks here.
void* operator new(std::size_t size) {
    ++allocated;
    if (void* memory = std::malloc(size)) return memory;
    throw std::bad_alloc();
}
void operator delete(void* memory) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t /*size*/) noexcept {
    std::free(memory);
}

int main(int argc, char** argv) {
    return course::run_program(argc, argv, "Chapter 20: making it fast",
                               {{"Blocks of the heap", blocks_of_the_heap},
                                {"Looks at the descriptors", looks_at_the_descriptors},
                                {"What a set copies", what_a_set_copies}});
}
