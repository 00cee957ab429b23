#pragma once
// One line that says how far a long piece of work has come.
//
// On a terminal the line is redrawn in place and cleared at the end. Elsewhere (a log, CI) it is a
// plain line for every quarter of the work.
#include <cstdio>
#include <string>
#include <string_view>

namespace course {

/// Shows the progress of `title`. Clears its line when it goes out of scope.
class Progress {
  public:
    /// `stream` is where it is drawn; stderr keeps it out of a program's output.
    explicit Progress(std::string title, std::FILE* stream = stderr);
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    /// `done` of `total` steps are over; `what` is being worked on.
    void update(int done, int total, std::string_view what = {});

  private:
    void draw(int done, int total, std::string_view what);
    void log(int done, int total);

    std::string title_;
    std::FILE* stream_;
    bool terminal_;
    bool drawn_ = false;
    int quarters_ = 0;  ///< how many quarters the log shows
};

}  // namespace course
