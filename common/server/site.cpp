#include "common/server/site.hpp"

namespace course {

Site::Site(const Options& options) : url_(options.url) {
    if (!url_.empty()) return;
    server_.emplace();
    url_ = server_->url(options.delay);
}

}  // namespace course
