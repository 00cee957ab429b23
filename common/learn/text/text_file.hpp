#pragma once
// Files of text: read whole, written whole or not at all, and never lost.
#include <filesystem>
#include <string>
#include <string_view>

namespace learn {

/// The file's text. Throws std::system_error that names the file.
[[nodiscard]] std::string read_text(const std::filesystem::path& file);

/// Writes `text` beside `file` and renames it into place, so that everybody sees either the old
/// text or the new one, even if we are killed midway. Makes the folder. Throws std::system_error.
void write_text(const std::filesystem::path& file, std::string_view text);

/// A text's fingerprint: 16 hexadecimal digits (FNV-1a, 64 bits). It shows that a file has changed;
/// it does not protect against anyone who wants two texts to have the same.
[[nodiscard]] std::string content_hash(std::string_view text);

/// Makes a new folder below mine/.backup/, named after the time: "2025-03-09_14-05-59".
[[nodiscard]] std::filesystem::path new_backup(const std::filesystem::path& mine);

/// A folder of our own below the system's temporary folder; removed with its contents at the end.
class TemporaryFolder {
  public:
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

  private:
    std::filesystem::path path_;
};

}  // namespace learn
