#pragma once
// Where a scene fetches from: the embedded server, unless the reader gave --url.
#include <optional>
#include <string>

#include <sys/types.h>

#include "common/program/program.hpp"
#include "common/server/http_server.hpp"

namespace course {

class Site {
  public:
    /// Starts the embedded server, or uses options.url.
    explicit Site(const Options& options);

    /// What to fetch, complete.
    [[nodiscard]] const std::string& url() const noexcept { return url_; }

    /// The embedded server's thread (see course::measure); 0 if there is none.
    [[nodiscard]] pid_t thread_id() const noexcept { return server_ ? server_->thread_id() : 0; }

  private:
    std::optional<HttpServer> server_;
    std::string url_;
};

}  // namespace course
