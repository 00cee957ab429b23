#pragma once
// Keeps what the stack logs (06_futures/detail/log.hpp) while a test runs, instead of showing it.
#include <string>
#include <utility>

#include "06_futures/detail/log.hpp"

class CapturedLog {
  public:
    CapturedLog()
        : before_(aio::set_log_handler([this](const std::string& message) {
              text_ += (text_.empty() ? "" : "\n") + message;
          })) {}
    ~CapturedLog() { aio::set_log_handler(std::move(before_)); }
    CapturedLog(const CapturedLog&) = delete;
    CapturedLog& operator=(const CapturedLog&) = delete;

    /// All messages so far, one per line.
    [[nodiscard]] const std::string& text() const noexcept { return text_; }

  private:
    std::string text_;
    aio::LogHandler before_;
};
