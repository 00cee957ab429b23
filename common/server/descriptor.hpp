#pragma once
// Every file descriptor of the server has one owner, which closes it.
#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include <unistd.h>

namespace course {

/// Owns a file descriptor, or none (-1). Move-only.
class Descriptor {
  public:
    Descriptor() = default;
    explicit Descriptor(int number) noexcept : number_(number) {}
    ~Descriptor() { reset(); }
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        if (this != &other) {
            reset();
            number_ = std::exchange(other.number_, -1);
        }
        return *this;
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;

    [[nodiscard]] int get() const noexcept { return number_; }

  private:
    void reset() noexcept {
        if (number_ >= 0) ::close(number_);
        number_ = -1;
    }

    int number_ = -1;
};

/// Returns `result` of a system call, or throws std::system_error with errno and `what`.
inline int check(int result, const std::string& what) {
    if (result < 0) throw std::system_error(errno, std::generic_category(), what);
    return result;
}

}  // namespace course
