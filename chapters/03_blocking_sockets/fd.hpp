#pragma once
// A file descriptor with an owner.
//
// The law: one Fd, one open descriptor, closed exactly once. Closing twice is worse than leaking:
// the kernel hands out the lowest free number, so the second close may hit a descriptor that
// another part of the program has just opened. Hence move-only, and a moved-from Fd owns nothing.
// A close(2) that fails is not repeated: Linux has freed the number by then (EINTR included).
#include <utility>

#include <unistd.h>

namespace aio {

/// Owns a file descriptor and closes it. Thread rule: as for int; one thread at a time.
class Fd {
  public:
    static constexpr int kNone = -1;

    Fd() noexcept = default;                               ///< owns nothing
    explicit Fd(int number) noexcept : number_(number) {}  ///< takes ownership of `number`
    ~Fd() {
        if (number_ != kNone) ::close(number_);
    }

    Fd(Fd&& other) noexcept : number_(other.release()) {}
    Fd& operator=(Fd&& other) noexcept {
        reset(other.release());
        return *this;
    }
    Fd(const Fd&) = delete;
    Fd& operator=(const Fd&) = delete;

    /// Closes what it owns and takes ownership of `number` instead.
    void reset(int number = kNone) {
        const int old = std::exchange(number_, number);
        if (old != kNone) ::close(old);
    }

    /// Gives the descriptor away: the caller closes it.
    [[nodiscard]] int release() noexcept { return std::exchange(number_, kNone); }

    [[nodiscard]] int number() const noexcept { return number_; }  ///< kNone if it owns nothing
    [[nodiscard]] explicit operator bool() const noexcept { return number_ != kNone; }

  private:
    int number_ = kNone;
};

}  // namespace aio
