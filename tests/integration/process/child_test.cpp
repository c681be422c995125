// Children as child.h promises them, with programs that every system has.
#include "migrator/process/child.h"

#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace migrator::process {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

Command shell(const std::string &script, bool feeds_input = false) {
  Command command;
  command.arguments = {"sh", "-c", script};
  command.feeds_input = feeds_input;
  return command;
}

std::unique_ptr<Child> started(const Command &command) {
  Result<std::unique_ptr<Child>> child = Child::start(command);
  if (!child) ADD_FAILURE() << child.error().message;
  return child ? std::move(*child) : nullptr;
}

std::string all_of(Child &child) {
  std::string all;
  while (std::optional<std::string> piece = child.read()) all += *piece;
  return all;
}

Ended ran(const Command &command, std::string *output = nullptr) {
  const Result<Ended> ended = run(command, {}, [&](std::string_view piece) {
    if (output != nullptr) *output += piece;
  });
  if (!ended) ADD_FAILURE() << ended.error().message;
  return ended ? *ended : Ended{};
}

TEST(Child, GivesWhatItPrintsAndHowItEnds) {
  const auto child = started(shell("echo out; echo err >&2; exit 3"));
  EXPECT_EQ(all_of(*child), "out\n");
  const Ended ended = child->wait();
  EXPECT_EQ(ended.code, 3);
  EXPECT_EQ(ended.errors, "err");
  EXPECT_FALSE(ended.killed);
  EXPECT_FALSE(ended.well());
  EXPECT_EQ(child->wait().code, 3) << "asking again gives the same";
}

TEST(Child, ASignalThatEndedItIs128AndTheSignal) {
  const Ended ended = ran(shell("kill -9 $$"));
  EXPECT_EQ(ended.code, 128 + SIGKILL);
  EXPECT_FALSE(ended.killed) << "not by us";
  EXPECT_FALSE(ended.well());
}

TEST(Child, FloodsOfBothStreamsDoNotBlockIt) {
  std::string output;
  const Ended ended =
      ran(shell("head -c 3000000 /dev/zero >&2; head -c 5000000 /dev/zero; head -c 3000000 /dev/zero >&2"), &output);
  EXPECT_TRUE(ended.well());
  EXPECT_EQ(output.size(), 5'000'000U);
}

TEST(Child, StdoutThatNobodyWantsIsReadAway) {
  const auto child = started(shell("head -c 5000000 /dev/zero"));
  EXPECT_TRUE(child->wait().well());
}

TEST(Child, GetsItsInputWholeWhileItFloodsStderr) {
  const auto child = started(shell("head -c 1000000 /dev/zero >&2; wc -c", true));
  const std::string million(1'000'000, 'x');
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(child->write(million));
  child->close_input();
  EXPECT_EQ(std::stoi(all_of(*child)), 20'000'000);
  EXPECT_TRUE(child->wait().well());
}

TEST(Child, WritingToOneThatClosedItsInputIsFalseAndNoSignal) {
  std::signal(SIGPIPE, SIG_DFL);
  const auto child = started(shell("exec 0<&-; echo closed; exit 7", true));
  EXPECT_EQ(all_of(*child), "closed\n");
  const std::string million(1'000'000, 'x');
  EXPECT_FALSE(child->write(million));
  EXPECT_EQ(child->wait().code, 7);
}

TEST(Child, InputHeldOpenByWhatItLeftBehindDoesNotHoldAWriter) {
  const auto child = started(shell("exec 3<&0; sleep 60 <&3 >/dev/null 2>&1 & exit 5", true));
  const std::string million(1'000'000, 'x');
  EXPECT_FALSE(child->write(million));
  EXPECT_EQ(child->wait().code, 5);
}

TEST(Child, WithoutInputItReadsNothing) {
  std::string output;
  EXPECT_TRUE(ran(shell("wc -c; readlink /proc/self/fd/0"), &output).well());
  EXPECT_EQ(output, "0\n/dev/null\n");
}

TEST(Child, KeepsTheEndOfStderrWithoutControlCharacters) {
  const Ended ended = ran(
      shell("i=0; while [ $i -lt 3000 ]; do echo \"line $i\"; i=$((i+1)); done >&2; printf 'r\\033[31med \\303\\251\\n' >&2"));
  EXPECT_LE(ended.errors.size(), 8U * 1024);
  EXPECT_GT(ended.errors.size(), 8U * 1024 - 100);
  EXPECT_THAT(ended.errors, HasSubstr("line 2999\nr [31med \xc3\xa9"));
}

TEST(Child, StderrIsNotCutInTheMiddleOfACharacter) {
  const Ended ended = ran(shell("i=0; while [ $i -lt 9000 ]; do printf '\\303\\251'; i=$((i+1)); done >&2; printf x >&2"));
  EXPECT_THAT(ended.errors, testing::Not(HasSubstr("?")));
  EXPECT_EQ(ended.errors.size(), 8191U);
}

TEST(Child, GetsTheEnvironmentThatIsMeant) {
  setenv("PGPASSWORD", "secret", 1);
  setenv("PGPASSFILE", "/old", 1);
  setenv("PGHOST", "elsewhere", 1);
  setenv("KEPT", "yes", 1);
  Command command = shell("echo \"$PGPASSWORD|$PGPASSFILE|$PGHOST|$KEPT|$NEW\"");
  command.without = {"PG*"};
  command.environment = {{"PGPASSFILE", "/new"}, {"NEW", "a=b"}};
  std::string output;
  EXPECT_TRUE(ran(command, &output).well());
  EXPECT_EQ(output, "|/new||yes|a=b\n");
  command.without = {"PGPASSWORD", "PG"};
  output.clear();
  EXPECT_TRUE(ran(command, &output).well());
  EXPECT_EQ(output, "|/new|elsewhere|yes|a=b\n");
  for (const char *name : {"PGPASSWORD", "PGPASSFILE", "PGHOST", "KEPT"}) unsetenv(name);
}

TEST(Child, RunsInTheFolderThatIsMeant) {
  Command command = shell("pwd");
  command.folder = "/";
  std::string output;
  EXPECT_TRUE(ran(command, &output).well());
  EXPECT_EQ(output, "/\n");
}

TEST(Child, HasNoSignalBlockedOrIgnoredAndAGroupOfItsOwn) {
  sigset_t blocked;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  sigaddset(&blocked, SIGINT);
  pthread_sigmask(SIG_BLOCK, &blocked, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  std::string output;
  Command command;
  command.arguments = {"grep", "-E", "Sig(Blk|Ign)", "/proc/self/status"};
  EXPECT_TRUE(ran(command, &output).well());
  EXPECT_EQ(output, "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
  pthread_sigmask(SIG_UNBLOCK, &blocked, nullptr);
  std::signal(SIGPIPE, SIG_DFL);
  std::signal(SIGXFSZ, SIG_DFL);

  output.clear();
  EXPECT_TRUE(ran(shell("[ \"$(cut -d' ' -f5 /proc/$$/stat)\" = $$ ] && echo own"), &output).well());
  EXPECT_EQ(output, "own\n");
}

TEST(Child, GetsNoDescriptorOfOurs) {
  const int left_open = ::open("/dev/null", O_RDONLY); // without the flag, as a library may
  ASSERT_GE(left_open, 3);
  std::string output;
  EXPECT_TRUE(
      ran(shell("for f in 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do [ -e /proc/$$/fd/$f ] && echo $f; done; exit 0"), &output)
          .well());
  EXPECT_EQ(output, "");
  ::close(left_open);
}

TEST(Child, StartsWhenWeHaveNoStandardStreams) {
  const pid_t helper = ::fork();
  if (helper == 0) {
    for (const int stream : {0, 1, 2}) ::close(stream);
    std::string output;
    const Result<Ended> ended = run(shell("cat; echo out; echo err >&2"), {}, [&](std::string_view piece) { output += piece; });
    ::_exit(ended && ended->well() && output == "out\n" && ended->errors == "err" ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(helper, &status, 0), helper);
  EXPECT_EQ(status, 0);
}

// How it ended would be lost, and a failed pg_dump would look like a good one.
TEST(Child, TellsHowItEndedWhereOurParentIgnoredSigchld) {
  std::signal(SIGCHLD, SIG_IGN);
  EXPECT_EQ(ran(shell("exit 9")).code, 9);
  std::signal(SIGCHLD, SIG_DFL);
}

struct NoProgram {
  std::string name;
  std::vector<std::string> arguments;
  ErrorCode code;
  std::string message;
};

class Missing : public testing::TestWithParam<NoProgram> {};

TEST_P(Missing, IsAnErrorThatSaysWhatToDo) {
  Command command;
  command.arguments = GetParam().arguments;
  const Result<Ended> ended = run(command, {});
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().code, GetParam().code);
  EXPECT_EQ(ended.error().message, GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    Child, Missing,
    testing::Values(NoProgram{"InPath",
                              {"no-such-program"},
                              ErrorCode::Usage,
                              "the program \"no-such-program\" is not in PATH. Install it, or write its whole path."},
                    NoProgram{
                        "ByPath", {"/no/such"}, ErrorCode::Usage, "there is no program \"/no/such\". Write the path of one."},
                    NoProgram{"Folder",
                              {"/usr"},
                              ErrorCode::Usage,
                              "\"/usr\" may not be run. Give us the right to (chmod +x), or name another program."},
                    NoProgram{"Empty", {""}, ErrorCode::Usage, "the command is empty. Write the program's name first."},
                    NoProgram{"None", {}, ErrorCode::Usage, "the command is empty. Write the program's name first."}),
    [](const auto &tested) { return tested.param.name; });

TEST(ChildStart, KnowsThePackageOfPostgresqlsPrograms) {
  Command command;
  command.arguments = {"pg_dump"};
  command.environment = {{"PATH", "/nowhere"}};
  const Result<Ended> ended = run(command, {});
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().message,
            "the program \"pg_dump\" is not in PATH. On Debian and Ubuntu the package postgresql-client has it.");
}

TEST(ChildStart, AFolderThatIsNotThereIsTold) {
  Command command = shell("true");
  command.folder = "/no/such/folder";
  const Result<Ended> ended = run(command, {});
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().code, ErrorCode::Internal);
  EXPECT_EQ(ended.error().message, "\"sh\" cannot be started in the folder /no/such/folder: No such file or directory.");
}

TEST(ChildKill, EndsItFromAnotherThreadWithItsGroup) {
  const auto child = started(shell("sleep 300 & echo $!; wait"));
  const std::string number = *child->read();
  std::thread killer([&] { child->kill(); });
  const Ended ended = child->wait();
  killer.join();
  EXPECT_TRUE(ended.killed);
  EXPECT_EQ(ended.code, 128 + SIGTERM);
  // Whoever adopts it buries it when it likes: gone or a zombie.
  for (int tries = 0; tries < 100; ++tries) {
    std::ifstream stat("/proc/" + std::to_string(std::stoi(number)) + "/stat");
    std::string text;
    if (!std::getline(stat, text) || text.find(") Z") != std::string::npos) return;
    std::this_thread::yield();
    std::this_thread::sleep_for(10ms);
  }
  FAIL() << "its own child lives on";
}

TEST(ChildKill, AfterTheEndChangesNothing) {
  const auto child = started(shell("exit 4"));
  EXPECT_EQ(child->wait().code, 4);
  child->kill();
  EXPECT_FALSE(child->wait().killed);
}

TEST(ChildKill, OneThatDoesNotHearIsKilledAfterTenSeconds) {
  const auto begin = std::chrono::steady_clock::now();
  const auto child = started(shell("trap '' TERM; echo ready; while :; do sleep 300; done"));
  EXPECT_EQ(*child->read(), "ready\n");
  child->kill();
  const Ended ended = child->wait();
  EXPECT_TRUE(ended.killed);
  EXPECT_EQ(ended.code, 128 + SIGKILL);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 10s);
}

TEST(ChildKill, ItEndsWithTheObject) {
  int number = 0;
  {
    const auto child = started(shell("echo $$; exec sleep 300"));
    number = std::stoi(*child->read());
    ASSERT_EQ(::kill(number, 0), 0);
  }
  EXPECT_EQ(::kill(number, 0), -1);
  EXPECT_EQ(errno, ESRCH);
}

TEST(ChildKill, ItDiesWithUs) {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1); // what the helper leaves comes to us
  int pipe[2];
  ASSERT_EQ(::pipe2(pipe, O_CLOEXEC), 0);
  const pid_t helper = ::fork();
  if (helper == 0) {
    const auto child = started(shell("echo $$; exec sleep 300"));
    const int number = std::stoi(*child->read());
    [[maybe_unused]] const ssize_t written = ::write(pipe[1], &number, sizeof number);
    for (;;) ::pause();
  }
  int number = 0;
  ASSERT_EQ(::read(pipe[0], &number, sizeof number), static_cast<ssize_t>(sizeof number));
  ::kill(helper, SIGKILL);
  ASSERT_EQ(::waitpid(helper, nullptr, 0), helper);
  int status = 0;
  ASSERT_EQ(::waitpid(number, &status, 0), number);
  EXPECT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), SIGTERM);
  ::prctl(PR_SET_CHILD_SUBREAPER, 0);
  ::close(pipe[0]);
  ::close(pipe[1]);
}

TEST(ChildRun, DoesNotWaitForWhatIsLeftInTheBackground) {
  const auto begin = std::chrono::steady_clock::now();
  std::string output;
  EXPECT_TRUE(ran(shell("sleep 20 & echo done"), &output).well());
  EXPECT_EQ(output, "done\n");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 15s);
}

TEST(ChildRun, EndsWhenItMust) {
  std::atomic<int> asked = 0;
  const Result<Ended> ended = run(shell("exec sleep 300"), [&] { return ++asked > 2; });
  ASSERT_TRUE(ended);
  EXPECT_TRUE(ended->killed);
  EXPECT_EQ(ended->code, 128 + SIGTERM);
}

TEST(ChildRun, IsAskedAlsoWhileOutputFlows) {
  std::atomic<int> asked = 0;
  const Result<Ended> ended = run(shell("exec cat /dev/zero"), [&] { return ++asked > 2; });
  ASSERT_TRUE(ended);
  EXPECT_TRUE(ended->killed);
}

TEST(ChildRun, IsAskedAlsoWhenItHasClosedItsOutput) {
  std::atomic<int> asked = 0;
  const Result<Ended> ended = run(shell("exec >&- 2>&-; exec sleep 300"), [&] { return ++asked > 2; });
  ASSERT_TRUE(ended);
  EXPECT_TRUE(ended->killed);
}

} // namespace
} // namespace migrator::process
