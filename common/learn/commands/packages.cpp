#include "common/learn/commands/packages.hpp"

#include <algorithm>
#include <sstream>

#include <unistd.h>

#include "common/learn/judge/process.hpp"

namespace learn {
namespace {

std::vector<std::string> split(const std::string& text, char separator) {
    std::vector<std::string> parts;
    std::istringstream in(text);
    for (std::string part; std::getline(in, part, separator);) parts.push_back(part);
    return parts;
}

bool has(const std::string& program) {
    return !find_program(program).empty();
}

}  // namespace

std::vector<Package> read_packages(std::string_view text) {
    std::vector<Package> all;
    std::istringstream in{std::string(text)};
    for (std::string line; std::getline(in, line);) {
        if (line.empty() || line[0] == '#') continue;
        std::istringstream words(line);
        Package package;
        std::string programs;
        words >> package.apt >> package.dnf >> package.pacman >> programs >> std::ws;
        std::getline(words, package.purpose);
        if (programs != "-") package.programs = split(programs, '|');
        all.push_back(std::move(package));
    }
    return all;
}

PackageManager package_manager() {
    const std::string sudo = geteuid() == 0 ? "" : "sudo ";
    if (!has("dpkg") && has("dnf")) return {{"rpm", "-q"}, sudo + "dnf install", &Package::dnf};
    if (!has("dpkg") && has("pacman")) {
        return {{"pacman", "-Qq"}, sudo + "pacman -S", &Package::pacman};
    }
    return {{"dpkg", "-s"}, sudo + "apt-get install", &Package::apt};
}

bool is_installed(const Package& package, const PackageManager& manager) {
    if (std::any_of(package.programs.begin(), package.programs.end(), has)) return true;
    if (!has(manager.query[0])) return false;
    std::vector<std::string> query = manager.query;
    query.push_back(package.*manager.name);
    return run(query).exit_code == 0;
}

}  // namespace learn
