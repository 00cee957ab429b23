#include "common/learn/commands/commands.hpp"
#include "common/learn/judge/build.hpp"
#include "common/learn/judge/process.hpp"

namespace learn {

void check(const Course& course, std::vector<std::string> arguments) {
    const Build build(course, Flavour::dev);
    build.make({"gate"});
    arguments.insert(arguments.begin(), build.program("gate").string());
    become(std::move(arguments));
}

}  // namespace learn
