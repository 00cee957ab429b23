#pragma once
// A test that pins a behaviour of CPython's own test suite says so, by the behaviour's name in
// tests/conformance/. `./learn check` reads it back from the test's result, so that the table of
// behaviours shows what really passed and not what somebody claimed.
#include <initializer_list>
#include <string>

#include <gtest/gtest.h>

/// Records that the running test shows these behaviours (ids of tests/conformance/*.toml).
inline void conforms_to(std::initializer_list<const char*> ids) {
    std::string all;
    for (const char* id : ids) all += (all.empty() ? "" : "\n") + std::string(id);
    ::testing::Test::RecordProperty("conforms_to", all);
}
