#include "common/learn/text/text_file.hpp"

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <sstream>
#include <system_error>

#include <unistd.h>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace learn {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const std::string& what, const fs::path& file) {
    throw std::system_error(errno, std::generic_category(), what + " " + file.string());
}

std::string now() {
    const std::time_t time = std::time(nullptr);
    std::tm local{};
    localtime_r(&time, &local);
    return fmt::format("{:%Y-%m-%d_%H-%M-%S}", local);
}

}  // namespace

std::string read_text(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    if (!in) fail("cannot read", file);
    std::ostringstream text;
    text << in.rdbuf();
    if (in.bad()) fail("cannot read", file);
    return std::move(text).str();
}

void write_text(const fs::path& file, std::string_view text) {
    fs::create_directories(file.parent_path());
    const fs::path beside = file.string() + fmt::format(".{}.new", getpid());
    std::ofstream out(beside, std::ios::binary | std::ios::trunc);
    out.write(text.data(), static_cast<std::streamsize>(text.size()));
    out.close();
    if (!out) {
        std::error_code ignored;
        fs::remove(beside, ignored);
        fail("cannot write", file);
    }
    fs::rename(beside, file);
}

std::string content_hash(std::string_view text) {
    std::uint64_t hash = 14695981039346656037U;
    for (const char letter : text)
        hash = (hash ^ static_cast<unsigned char>(letter)) * 1099511628211U;
    return fmt::format("{:016x}", hash);
}

fs::path new_backup(const fs::path& mine) {
    const fs::path all = mine / ".backup";
    fs::create_directories(all);
    const std::string name = now();
    fs::path folder = all / name;
    for (int i = 2; !fs::create_directory(folder); ++i)
        folder = all / fmt::format("{}_{}", name, i);
    return folder;
}

TemporaryFolder::TemporaryFolder() {
    std::string name = (fs::temp_directory_path() / "learn-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) fail("cannot make the folder", name);
    path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
}

}  // namespace learn
