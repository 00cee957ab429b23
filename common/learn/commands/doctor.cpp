#include <fstream>
#include <regex>
#include <sstream>
#include <thread>

#include <sys/resource.h>
#include <sys/utsname.h>

#include <fmt/format.h>

#include "common/console/console.hpp"
#include "common/console/table.hpp"
#include "common/learn/commands/commands.hpp"
#include "common/learn/commands/packages.hpp"
#include "common/learn/commands/report.hpp"
#include "common/learn/judge/process.hpp"
#include "common/learn/text/text_file.hpp"
#include "common/program/measure.hpp"

namespace learn {
namespace {

using course::Colour;
using course::paint;

constexpr rlim_t kDescriptors = 20'100;  // ten thousand connections: two ends each, and a few more

/// The first number with a point in what `program --version` prints; empty if there is no program.
std::string version(const std::string& program) {
    if (find_program(program).empty()) return "";
    const std::string text = run({program, "--version"}).output;
    std::smatch found;
    const bool known = std::regex_search(text, found, std::regex(R"(\d+(\.\d+)+)"));
    return known ? found.str() : "unknown version";
}

void print_programs() {
    course::Table table({{"program"}, {"version"}});
    for (const char* program : {"g++", "clang++", "cmake", "ninja", "python3", "curl", "git"}) {
        const std::string text = version(program);
        table.add({program, text.empty() ? paint(Colour::grey, "not installed") : text});
    }
    table.print();
}

/// Prints the packages; returns the names of those that are missing.
std::string print_packages(const std::filesystem::path& root, const PackageManager& manager) {
    course::Table table({{""}, {"package"}, {"for"}});
    std::string missing;
    for (const Package& package : read_packages(read_text(root / "common/learn/packages.txt"))) {
        const bool here = is_installed(package, manager);
        table.add({pass_mark(here), package.*manager.name, package.purpose});
        if (!here) missing += " " + package.*manager.name;
    }
    table.print();
    return missing;
}

std::string first_line(const std::string& file) {
    std::ifstream in(file);
    std::string line;
    std::getline(in, line);
    return line;
}

std::string total_memory() {
    std::istringstream in(first_line("/proc/meminfo"));
    std::string word;
    std::int64_t kilobytes = 0;
    in >> word >> kilobytes;
    return course::format_bytes(kilobytes * 1024);
}

std::string ports() {
    std::istringstream in(first_line("/proc/sys/net/ipv4/ip_local_port_range"));
    int first = 0;
    int last = 0;
    in >> first >> last;
    return fmt::format("{} to {}", first, last);
}

void print_machine(const rlimit& descriptors) {
    utsname system{};
    uname(&system);
    course::Table table({{"machine"}, {""}});
    table.add({"system", fmt::format("{} {} {}", system.sysname, system.release, system.machine)});
    table.add({"processors", std::to_string(std::thread::hardware_concurrency())});
    table.add({"memory", total_memory()});
    table.add({"open files", fmt::format("{} (ulimit -n; at most {})", descriptors.rlim_cur,
                                         descriptors.rlim_max)});
    table.add({"ports", ports()});
    table.print();
}

}  // namespace

int doctor(const std::filesystem::path& root) {
    const PackageManager manager = package_manager();
    rlimit descriptors{};
    getrlimit(RLIMIT_NOFILE, &descriptors);
    print_programs();
    fmt::print("\n");
    const std::string missing = print_packages(root, manager);
    fmt::print("\n");
    print_machine(descriptors);
    fmt::print("\n");
    if (descriptors.rlim_max < kDescriptors) {
        fmt::print(
            "Ten thousand connections cannot be open at once here, so they take turns. For all at "
            "once, allow {} open files (as root: ulimit -n {}).\n",
            kDescriptors, kDescriptors);
    }
    if (missing.empty()) {
        fmt::print("{}\n", paint(Colour::green, "Nothing is missing."));
        return 0;
    }
    fmt::print("{}\n\n  {}{}\n", paint(Colour::red, "Something is missing. Type:"), manager.install,
               missing);
    return 1;
}

}  // namespace learn
