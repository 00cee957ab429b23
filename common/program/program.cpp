#include "common/program/program.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cstdio>
#include <stdexcept>
#include <string_view>

#include <getopt.h>

#include "common/console/console.hpp"

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
    double value = 0;
    const auto [end, error] = std::from_chars(text.begin(), text.end(), value);
    const std::string_view unit(end, static_cast<std::size_t>(text.end() - end));
    const bool known = unit.empty() || unit == "ms" || unit == "s";
    if (error != std::errc() || !known || !(value >= 0) || value > 3'600'000) {
        throw UsageError(fmt::format("--delay takes a time such as 25ms or 0.1s, not '{}'", text));
    }
    const double milliseconds = unit == "s" ? value * 1000 : value;
    return std::chrono::milliseconds(static_cast<std::int64_t>(milliseconds));
}

void set_option(Arguments& arguments, std::string_view name, const char* value) {
    if (name == "scene") arguments.scene = positive_number(name, value);
    if (name == "list") arguments.list = true;
    if (name == "help") arguments.help = true;
    if (name == "url") arguments.options.url = value;
    if (name == "count") arguments.options.count = positive_number(name, value);
    if (name == "delay") arguments.options.delay = duration(value);
}

Arguments parse(int argc, char** argv) {
    static constexpr std::array<option, 7> kOptions = {{{"scene", required_argument, nullptr, 0},
                                                        {"list", no_argument, nullptr, 0},
                                                        {"help", no_argument, nullptr, 0},
                                                        {"url", required_argument, nullptr, 0},
                                                        {"count", required_argument, nullptr, 0},
                                                        {"delay", required_argument, nullptr, 0},
                                                        {nullptr, 0, nullptr, 0}}};
    Arguments arguments;
    int index = 0;
    int found = 0;
    while ((found = getopt_long(argc, argv, "", kOptions.data(), &index)) == 0) {
        set_option(arguments, kOptions.at(static_cast<std::size_t>(index)).name, optarg);
    }
    if (found != -1) throw UsageError("try --help");
    if (optind < argc) throw UsageError(fmt::format("unexpected word '{}': try --help", argv[optind]));
    return arguments;
}

void print_help(const std::string& title, const std::vector<Scene>& scenes) {
    fmt::print("{}\n\n", title);
    fmt::print("  --scene N     run scene N alone (1 to {})\n", scenes.size());
    fmt::print("  --list        list the scenes\n");
    fmt::print("  --url URL     fetch from URL instead of the embedded server\n");
    fmt::print("  --count N     how many requests (10)\n");
    fmt::print("  --delay TIME  how long the embedded server waits before it answers (25ms)\n");
}

void print_list(const std::vector<Scene>& scenes) {
    for (std::size_t i = 0; i < scenes.size(); ++i) fmt::print("{:2}  {}\n", i + 1, scenes[i].title);
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

void run(const Arguments& arguments, const std::string& title, const std::vector<Scene>& scenes) {
    const auto count = static_cast<int>(scenes.size());
    if (arguments.help) return print_help(title, scenes);
    if (arguments.list) return print_list(scenes);
    if (arguments.scene == 0) return run_all(title, scenes, arguments.options);
    if (arguments.scene > count) {
        throw UsageError(fmt::format("there is no scene {}: this chapter has {} (try --list)",
                                     arguments.scene, count));
    }
    scenes[static_cast<std::size_t>(arguments.scene - 1)].run(arguments.options);
}

}  // namespace

int run_program(int argc, char** argv, const std::string& title, const std::vector<Scene>& scenes) {
    try {
        run(parse(argc, argv), title, scenes);
        return 0;
    } catch (const UsageError& error) {
        fmt::print(stderr, "{}: {}\n", argv[0], error.what());
        return 2;
    } catch (const std::exception& error) {
        std::fflush(stdout);
        fmt::print(stderr, "{}: {}\n", argv[0], error.what());
        return 1;
    }
}

}  // namespace course
