// Both watchers see the same: sources that are written, moved or removed.
#include "common/learn/commands/watcher.hpp"

#include <csignal>

#include <gtest/gtest.h>

#include "common/learn/text/text_file.hpp"

namespace learn {
namespace {

namespace fs = std::filesystem;

using MakeWatcher = std::unique_ptr<Watcher> (*)(const fs::path&);

struct WatcherTest : testing::TestWithParam<MakeWatcher> {
    WatcherTest() {
        write_text(folder.path() / "01_x/a.hpp", "one");
        watcher = GetParam()(folder.path());
    }

    TemporaryFolder folder;
    std::unique_ptr<Watcher> watcher;
    StopSignal stop;
};

TEST_P(WatcherTest, SeesNothingWhereNothingHappens) {
    EXPECT_FALSE(watcher->changed());
}

TEST_P(WatcherTest, SeesAFileThatIsWritten) {
    write_text(folder.path() / "01_x/a.hpp", "one two");
    EXPECT_TRUE(watcher->changed());
    EXPECT_FALSE(watcher->changed()) << "each change is reported once";
}

TEST_P(WatcherTest, SeesANewChapter) {
    write_text(folder.path() / "02_y/b.hpp", "two");
    EXPECT_TRUE(watcher->changed());
    write_text(folder.path() / "02_y/b.hpp", "three");
    EXPECT_TRUE(watcher->changed()) << "a new folder is watched too";
}

TEST_P(WatcherTest, SeesAFileThatIsRemoved) {
    fs::remove(folder.path() / "01_x/a.hpp");
    EXPECT_TRUE(watcher->changed());
}

TEST_P(WatcherTest, DoesNotMindProgressBackupsAndEditorsFiles) {
    write_text(folder.path() / "progress.json", "{}");
    write_text(folder.path() / ".backup/now/01_x/a.hpp", "one");
    write_text(folder.path() / "01_x/.a.hpp.swp", "one");
    write_text(folder.path() / "01_x/a.hpp~", "one");
    EXPECT_FALSE(watcher->changed());
}

TEST_P(WatcherTest, WaitsForAChange) {
    write_text(folder.path() / "01_x/a.hpp", "one two");
    EXPECT_TRUE(watcher->wait(stop.fd()));
}

TEST_P(WatcherTest, StopsWaitingAtControlC) {
    std::raise(SIGINT);
    EXPECT_FALSE(watcher->wait(stop.fd()));
    EXPECT_TRUE(stop.arrived());
}

INSTANTIATE_TEST_SUITE_P(Inotify, WatcherTest, testing::Values(&watch_by_inotify));
INSTANTIATE_TEST_SUITE_P(Polling, WatcherTest, testing::Values(&watch_by_polling));

TEST(Watch, RefusesAFolderThatIsNotThere) {
    EXPECT_THROW((void)watch_by_inotify("/no/such/folder"), std::system_error);
}

}  // namespace
}  // namespace learn
