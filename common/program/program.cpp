#include "common/program/program.hpp"

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <string_view>

#include <getopt.h>

#include <fmt/format.h>

#include "common/console/console.hpp"
#include "common/program/duration.hpp"

namespace course {
namespace {

/// A mistake on the command line: what() says what to type instead.
class UsageError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

struct Arguments {
    Options options;
    int scene = 0;  ///< 0: all
    bool list = false;
    bool help = false;
    bool trace = false;
};

int positive_number(std::string_view option, std::string_view text) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.begin(), text.end(), value);
    if (error != std::errc() || end != text.end() || value < 1) {
        throw UsageError(fmt::format("--{} takes a whole number from 1, not '{}'", option, text));
    }
    return value;
}

std::chrono::milliseconds duration(std::string_view text) {
    const auto value = parse_duration(text);
    if (!value) {
        throw UsageError(
            fmt::format("--delay takes a time such as 25ms or 0.1s, at most {} h, not '{}'",
                        kLongestDuration.count(), text));
    }
    return std::chrono::ceil<std::chrono::milliseconds>(*value);
}

void set_option(Arguments& arguments, std::string_view name, const char* value) {
    if (name == "scene") arguments.scene = positive_number(name, value);
    if (name == "list") arguments.list = true;
    if (name == "help") arguments.help = true;
    if (name == "trace") arguments.trace = true;
    if (name == "url") arguments.options.url = value;
    if (name == "count") arguments.options.count = positive_number(name, value);
    if (name == "delay") arguments.options.delay = duration(value);
}

Arguments parse(int argc, char** argv) {
    static constexpr std::array<option, 8> kOptions = {{{"scene", required_argument, nullptr, 0},
                                                        {"list", no_argument, nullptr, 0},
                                                        {"help", no_argument, nullptr, 0},
                                                        {"trace", no_argument, nullptr, 0},
                                                        {"url", required_argument, nullptr, 0},
                                                        {"count", required_argument, nullptr, 0},
                                                        {"delay", required_argument, nullptr, 0},
                                                        {nullptr, 0, nullptr, 0}}};
    Arguments arguments;
    int index = 0;
    int found = 0;
    optind = 0;  // start again: getopt remembers where it was
    while ((found = getopt_long(argc, argv, "", kOptions.data(), &index)) == 0) {
        set_option(arguments, kOptions.at(static_cast<std::size_t>(index)).name, optarg);
    }
    if (found != -1) throw UsageError("try --help");
    if (optind < argc)
        throw UsageError(fmt::format("unexpected word '{}': try --help", argv[optind]));
    return arguments;
}

void print_help(const std::string& title, const std::vector<Scene>& scenes) {
    fmt::print("{}\n\n", title);
    fmt::print("  --scene N     run scene N alone (1 to {})\n", scenes.size());
    fmt::print("  --list        list the scenes\n");
    fmt::print("  --trace       show what the event loop does (from chapter 06 on)\n");
    fmt::print("  --url URL     fetch from URL instead of the embedded server\n");
    fmt::print("  --count N     how many requests (10)\n");
    fmt::print("  --delay TIME  how long the embedded server waits before it answers (25ms)\n");
}

void print_list(const std::vector<Scene>& scenes) {
    for (std::size_t i = 0; i < scenes.size(); ++i)
        fmt::print("{:2}  {}\n", i + 1, scenes[i].title);
}

void run_all(const std::string& title, const std::vector<Scene>& scenes, const Options& options) {
    fmt::print("{}\n", paint(Colour::bold, title));
    for (std::size_t i = 0; i < scenes.size(); ++i) {
        fmt::print("\n{}\n", paint(Colour::cyan, fmt::format("── {}. {}", i + 1, scenes[i].title)));
        std::fflush(stdout);
        scenes[i].run(options);
        std::fflush(stdout);
    }
}

/// Every event loop that is made in its lifetime prints what it does.
class Tracing {
  public:
    explicit Tracing(Loop loop) {
        if (loop == Loop::none) {
            throw UsageError(
                "there is no event loop here that --trace could show: chapter 06 makes the first");
        }
        ::setenv("AIO_TRACE", "1", 1);
    }
    ~Tracing() { ::unsetenv("AIO_TRACE"); }
    Tracing(const Tracing&) = delete;
    Tracing& operator=(const Tracing&) = delete;
};

void run(const Arguments& arguments, const std::string& title, const std::vector<Scene>& scenes,
         Loop loop) {
    const auto count = static_cast<int>(scenes.size());
    if (arguments.help) return print_help(title, scenes);
    if (arguments.list) return print_list(scenes);
    std::optional<Tracing> tracing;
    if (arguments.trace) tracing.emplace(loop);
    if (arguments.scene == 0) return run_all(title, scenes, arguments.options);
    if (arguments.scene > count) {
        throw UsageError(fmt::format("there is no scene {}: this chapter has {} (try --list)",
                                     arguments.scene, count));
    }
    scenes[static_cast<std::size_t>(arguments.scene - 1)].run(arguments.options);
}

/// Says on stderr why the program ends, after everything it has printed.
int fail(int exit_code, const char* program, const char* reason) {
    std::fflush(stdout);
    fmt::print(stderr, "{}: {}\n", program, reason);
    return exit_code;
}

}  // namespace

int run_program(int argc, char** argv, const std::string& title, const std::vector<Scene>& scenes,
                Loop loop) {
    try {
        run(parse(argc, argv), title, scenes, loop);
        if (std::fflush(stdout) == 0) return 0;
        return fail(1, argv[0], fmt::format("cannot write: {}", std::strerror(errno)).c_str());
    } catch (const UsageError& error) {
        return fail(2, argv[0], error.what());
    } catch (const std::exception& error) {
        return fail(1, argv[0], error.what());
    } catch (...) {
        return fail(1, argv[0], "a scene ended in an exception that is not a std::exception");
    }
}

}  // namespace course
