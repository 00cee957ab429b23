#pragma once
// A terminal for tests: what a program writes to it can be read back (pty(7)).
#include <array>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>

#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

class Terminal {
  public:
    /// Whether this system has pseudo terminals: a bare container may have none.
    [[nodiscard]] static bool is_available() {
        const int screen = ::posix_openpt(O_RDWR | O_NOCTTY);
        if (screen >= 0) ::close(screen);
        return screen >= 0;
    }

    explicit Terminal(unsigned short columns) : screen_(::posix_openpt(O_RDWR | O_NOCTTY)) {
        if (screen_ < 0 || ::grantpt(screen_) != 0 || ::unlockpt(screen_) != 0) {
            throw std::runtime_error("no pseudo terminal here");
        }
        stream_ = std::fopen(::ptsname(screen_), "w+");
        winsize size{};
        size.ws_col = columns;
        ::ioctl(screen_, TIOCSWINSZ, &size);
    }
    ~Terminal() {
        std::fclose(stream_);
        ::close(screen_);
    }
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;

    /// What a program writes to.
    [[nodiscard]] std::FILE* stream() const noexcept { return stream_; }

    /// What has been written so far; waits for at least one byte.
    [[nodiscard]] std::string shown() const {
        std::fflush(stream_);
        std::array<char, 4096> buffer;
        const ssize_t size = ::read(screen_, buffer.data(), buffer.size());
        return {buffer.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
    }

  private:
    int screen_;
    std::FILE* stream_ = nullptr;
};

/// Skips a test if there are no pseudo terminals.
#define NEEDS_TERMINAL()                                     \
    if (!Terminal::is_available())                           \
    GTEST_SKIP() << "no pseudo terminals here: is /dev/pts " \
                    "mounted?"
