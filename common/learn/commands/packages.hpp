#pragma once
// Which of the packages that the course needs this machine has.
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace learn {

/// A line of packages.txt.
struct Package {
    std::string apt, dnf, pacman;       ///< its name there
    std::vector<std::string> programs;  ///< any of these does as well
    std::string purpose;
};

/// Reads packages.txt: the list that ./learn installs from.
[[nodiscard]] std::vector<Package> read_packages(std::string_view text);

/// How packages are named and installed on this system.
struct PackageManager {
    std::vector<std::string> query;  ///< its exit code says whether a package is there
    std::string install;             ///< what to type before the names
    std::string Package::*name;      ///< the column of packages.txt
};

/// This system's: apt if there is dpkg, or nothing that we know.
[[nodiscard]] PackageManager package_manager();

[[nodiscard]] bool is_installed(const Package& package, const PackageManager& manager);

}  // namespace learn
