#pragma once
// A chapter's program: numbered scenes, each a small story, run in order or one at a time.
//
// Every program of the course has the same options, so that what works in chapter 3 works in
// chapter 18:
//
//     05_selector_callbacks                 all scenes, each under its heading
//     05_selector_callbacks --scene 2       that scene alone, without a heading
//     05_selector_callbacks --list          the scenes
//     05_selector_callbacks --url URL --count N --delay 25ms      for the scenes that fetch
//     06_futures --scene 2 --trace          and what the event loop does, turn by turn
//
// Exit codes: 0 success; 1 a scene failed (the reason is on stderr); 2 a wrong option.
#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace course {

/// What the reader asked for on the command line.
struct Options {
    std::string url;                      ///< empty: use the embedded server
    int count = 10;                       ///< how many requests a scene makes
    std::chrono::milliseconds delay{25};  ///< how long the embedded server waits before it answers
};

struct Scene {
    std::string title;
    std::function<void(const Options&)> run;
};

/// Whether the scenes run on an event loop that prints what it does when the environment has
/// AIO_TRACE: chapter 06's.
enum class Loop { none, traceable };

/// Runs the program `title` with `scenes`, as the arguments say; returns main's exit code.
[[nodiscard]] int run_program(int argc, char** argv, const std::string& title,
                              const std::vector<Scene>& scenes, Loop loop = Loop::none);

}  // namespace course
