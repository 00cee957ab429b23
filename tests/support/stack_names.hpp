#pragma once
// The names under which a typed test runs for each stack: "Mini", "Real".
#include <string>

/// For TYPED_TEST_SUITE. A stack has a name: `static constexpr const char* kName`.
struct StackNames {
    template <class Stack>
    static std::string GetName(int /*index*/) {
        return Stack::kName;
    }
};
