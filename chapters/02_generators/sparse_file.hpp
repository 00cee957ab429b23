#pragma once
// A big file that is not there: what the chapter reads line by line.
//
// A file system stores no blocks where nothing was ever written. So a gigabyte with a line end here
// and there takes a few megabytes of the disk, and reads like any other gigabyte.
#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace aio {

/// A temporary file of `lines` lines, each `line_bytes` bytes with its line end. It is removed
/// when the object goes. Throws std::system_error.
class SparseFile {
  public:
    SparseFile(std::int64_t lines, std::int64_t line_bytes)
        : name_((std::filesystem::temp_directory_path() / "sparse_XXXXXX").string()),
          fd_(checked(mkstemp(name_.data()), "mkstemp")) {
        for (std::int64_t end = line_bytes; end <= lines * line_bytes; end += line_bytes) {
            checked(pwrite(fd_, "\n", 1, end - 1), "pwrite");
        }
    }
    SparseFile(const SparseFile&) = delete;
    SparseFile& operator=(const SparseFile&) = delete;
    ~SparseFile() {
        unlink(name_.c_str());
        close(fd_);
    }

    [[nodiscard]] std::filesystem::path path() const { return name_; }
    /// Its length in bytes, as a reader sees it.
    [[nodiscard]] std::int64_t size() const { return status().st_size; }
    /// The bytes it takes on the disk.
    [[nodiscard]] std::int64_t bytes_on_disk() const { return status().st_blocks * 512; }

  private:
    template <typename Result>
    static Result checked(Result result, const char* what) {
        if (result < 0) throw std::system_error(errno, std::generic_category(), what);
        return result;
    }
    [[nodiscard]] struct stat status() const {
        struct stat status {};
        checked(fstat(fd_, &status), "fstat");
        return status;
    }

    std::string name_;
    int fd_;
};

}  // namespace aio
