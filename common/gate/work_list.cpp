#include "common/gate/work_list.hpp"

#include <atomic>
#include <mutex>
#include <thread>

#include <fmt/format.h>

#include "common/console/progress.hpp"

namespace learn::gate {
namespace {

/// Does the work in `jobs` threads; the findings come in the order of the work.
class WorkList {
  public:
    WorkList(std::vector<Work> work, const std::string& verb)
        : work_(std::move(work)), found_(work_.size()), progress_(verb) {}

    Findings run(int jobs) {
        {
            std::vector<std::jthread> threads;
            for (int i = 0; i < jobs; ++i) threads.emplace_back([this] { work(); });
        }
        Findings findings;
        for (const auto& problems : found_) {
            findings.problems.insert(findings.problems.end(), problems.begin(), problems.end());
        }
        return findings;
    }

  private:
    void work() {
        for (std::size_t i = next_++; i < work_.size(); i = next_++) {
            try {
                found_[i] = work_[i].prove();
            } catch (const std::exception& error) {
                found_[i] = {{work_[i].where, fmt::format("{}: {}", work_[i].what, error.what())}};
            }
            const std::lock_guard lock(mutex_);
            progress_.update(++done_, static_cast<int>(work_.size()), work_[i].what);
        }
    }

    std::vector<Work> work_;
    std::vector<std::vector<Problem>> found_;
    std::atomic<std::size_t> next_ = 0;
    std::mutex mutex_;  ///< guards what follows
    int done_ = 0;
    course::Progress progress_;
};

}  // namespace

Findings do_work(std::vector<Work> work, int jobs, const std::string& verb) {
    return WorkList(std::move(work), verb).run(jobs);
}

}  // namespace learn::gate
