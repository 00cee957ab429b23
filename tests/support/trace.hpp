#pragma once
// What happened in a test, in order, as one line that reads in a failure: "start, 1, cleanup".
#include <exception>
#include <string>
#include <utility>
#include <vector>

/// Collects what happened; text() shows it.
class Trace {
  public:
    void operator()(const std::string& what) { text_ += (text_.empty() ? "" : ", ") + what; }
    [[nodiscard]] const std::string& text() const { return text_; }

  private:
    std::string text_;
};

/// Adds `what` to a trace when it is destroyed: the `finally` of a test.
class AtExit {
  public:
    AtExit(Trace& trace, std::string what) : trace_(trace), what_(std::move(what)) {}
    AtExit(const AtExit&) = delete;
    AtExit& operator=(const AtExit&) = delete;
    ~AtExit() { trace_(what_); }

  private:
    Trace& trace_;
    std::string what_;
};

/// Everything that a generator of T yields. (Python: list)
template <class T, class G>
std::vector<T> list(G generator) {
    std::vector<T> all;
    for (auto&& value : generator) all.push_back(value);
    return all;
}

/// The message of the std::exception that `action` throws; "no error" if it throws none.
template <class Action>
std::string error_of(Action action) {
    try {
        action();
        return "no error";
    } catch (const std::exception& error) {
        return error.what();
    } catch (...) {
        return "not a std::exception";
    }
}
