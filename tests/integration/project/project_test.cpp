// The verbs that need no database, on a folder of their own: what they write, print and refuse.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "migrator/commands/commands.h"
#include "migrator/commands/files.h"
#include "migrator/config/settings_file.h"

namespace migrator::commands {
namespace {

namespace fs = std::filesystem;

class FixedClock final : public execute::Clock {
public:
  std::chrono::system_clock::time_point now() const override {
    return std::chrono::sys_days(std::chrono::year(2026) / 11 / 22) + std::chrono::hours(10) + std::chrono::minutes(5);
  }
  std::chrono::steady_clock::time_point steady() const override { return {}; }
};

class Project : public testing::Test {
protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "migrator-project-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    before_ = fs::current_path();
    fs::current_path(folder_);
    fs::create_directory("migrations");
    settings_.migrations = {"migrations"};
  }
  void TearDown() override {
    fs::current_path(before_);
    fs::remove_all(folder_);
  }

  // Runs a verb; what it printed is in out_ and err_ afterwards.
  template <typename Verb> Status run(Verb verb, report::OutputOptions options = {}) {
    char *out_text = nullptr, *err_text = nullptr;
    std::size_t out_size = 0, err_size = 0;
    std::FILE *out = ::open_memstream(&out_text, &out_size);
    std::FILE *err = ::open_memstream(&err_text, &err_size);
    Status done;
    {
      report::Output output(options, out, err);
      report::Log log(report::LogFormat::Text, report::LogLevel::Error);
      const Context context{settings_, global_, output, log, clock_, [this] { return random_ += 0x1111'1111'1111'1111ULL; }};
      done = verb(context);
    }
    std::fclose(out);
    std::fclose(err);
    out_.assign(out_text, out_size);
    err_.assign(err_text, err_size);
    std::free(out_text);
    std::free(err_text);
    return done;
  }

  Status make(cli::RevisionArguments arguments) {
    return run([&](const Context &context) { return revision(context, arguments); });
  }
  Status make(const std::string &id, std::vector<std::string> parents, std::vector<std::string> labels = {}) {
    cli::RevisionArguments arguments;
    arguments.rev_id = id;
    arguments.message = "make " + id;
    arguments.heads = std::move(parents);
    arguments.splice = true;
    arguments.branch_labels = std::move(labels);
    return make(std::move(arguments));
  }
  // base a; b and c on it; c carries a label.
  void make_branches() {
    ASSERT_TRUE(make("a", {}));
    ASSERT_TRUE(make("b", {"a"}));
    ASSERT_TRUE(make("c", {"a"}, {"billing"}));
  }
  static std::string read(const std::string &path) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
  }
  std::size_t files() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator("migrations"), fs::directory_iterator()));
  }
  static report::OutputOptions json() {
    report::OutputOptions options;
    options.format = report::OutputFormat::Json;
    return options;
  }
  static Result<AppliedState> nobody_asked() { return fail(ErrorCode::Internal, "the database was asked."); }

  fs::path folder_, before_;
  config::Settings settings_;
  cli::GlobalOptions global_;
  FixedClock clock_;
  std::uint64_t random_ = 0;
  std::string out_, err_;
};

void expect_error(const Status &status, ErrorCode code, const std::string &text) {
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, code);
  EXPECT_EQ(status.error().text(), text);
}

// --- init --------------------------------------------------------------------------------------------------------------------

TEST_F(Project, InitMakesAProjectThatTheSettingsReaderAccepts) {
  ASSERT_TRUE(run([](const Context &context) { return init(context, {"db/my revisions"}); }));
  EXPECT_TRUE(fs::is_directory("db/my revisions"));
  EXPECT_EQ(out_.substr(0, out_.find('\n')), "created db/my revisions/");
  EXPECT_NE(out_.find("\nNext:\n"), std::string::npos);
  const Result<config::FileSettings> settings = config::parse_settings_file(read("migrator.yaml"), "migrator.yaml");
  ASSERT_TRUE(settings) << settings.error().text();
  EXPECT_EQ(settings->migrations, std::vector<std::string>{"db/my revisions"});
}

TEST_F(Project, InitsSettingsAreRightWhenTheyAreUncommented) {
  ASSERT_TRUE(run([](const Context &context) { return init(context, {}); }));
  std::istringstream lines(read("migrator.yaml"));
  std::string uncommented;
  std::set<std::string> keys;
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind("# ", 0) == 0 && line.find(": ") != std::string::npos && line.find(' ', 2) == line.find(": ") + 1) {
      if (!keys.insert(line.substr(2, line.find(':') - 2)).second) continue; // another example of the same key
      uncommented += line.substr(2) + "\n";
    }
  }
  const Result<config::FileSettings> settings = config::parse_settings_file(uncommented, "migrator.yaml");
  ASSERT_TRUE(settings) << settings.error().text() << "\n" << uncommented;
  EXPECT_TRUE(settings->database_url && settings->version_table && settings->lock_wait && settings->grant_read &&
              settings->scratch_url && keys.contains("models"));
}

TEST_F(Project, InitOverwritesNothing) {
  std::ofstream("migrator.yaml") << "mine";
  expect_error(run([](const Context &context) { return init(context, {}); }), ErrorCode::FileExists,
               "migrator.yaml: is there already, so this project has been started. Go on with \"migrator revision -m MESSAGE\".");
  EXPECT_EQ(read("migrator.yaml"), "mine");
  fs::remove("migrator.yaml");
  std::ofstream("migrations/file") << "mine";
  expect_error(run([](const Context &context) { return init(context, {}); }), ErrorCode::FileExists,
               "migrations: holds files already. Name another folder, or write migrator.yaml by hand.");
  EXPECT_FALSE(fs::exists("migrator.yaml"));
}

TEST_F(Project, InitSaysWhatItMadeInJson) {
  ASSERT_TRUE(run([](const Context &context) { return init(context, {"db"}); }, json()));
  EXPECT_EQ(out_, "{\"created\":[\"db\",\"migrator.yaml\"]}\n");
}

// --- revision ----------------------------------------------------------------------------------------------------------------

TEST_F(Project, TheFirstRevisionIsABaseAndTheNextStandsOnIt) {
  cli::RevisionArguments arguments;
  arguments.message = "Add users, at last!";
  ASSERT_TRUE(make(arguments));
  EXPECT_EQ(out_, "created migrations/202611221005_111111111111_add_users_at_last.sql\n");
  const std::string first = read("migrations/202611221005_111111111111_add_users_at_last.sql");
  EXPECT_EQ(first.substr(0, first.find("\n\n")), "-- migrate:revision 111111111111\n"
                                                 "-- migrate:message Add users, at last!\n"
                                                 "-- migrate:down_revision none\n"
                                                 "-- migrate:created 2026-11-22T10:05:00Z");
  arguments.message = "second";
  ASSERT_TRUE(make(arguments));
  EXPECT_NE(read("migrations/202611221005_222222222222_second.sql").find("-- migrate:down_revision 111111111111\n"),
            std::string::npos);
  EXPECT_EQ(files(), 2U);
}

TEST_F(Project, SeveralHeadsNeedAName) {
  make_branches();
  cli::RevisionArguments arguments;
  const Status done = make(arguments);
  expect_error(done, ErrorCode::MultipleHeads,
               "there are several heads: b, c. Name the parent with --head, or join them first with \"migrator merge\".");
  EXPECT_EQ(done.error().subject, (std::vector<std::string>{"b", "c"}));
  arguments.heads = {"billing@head"};
  arguments.rev_id = "d";
  ASSERT_TRUE(make(arguments));
  EXPECT_NE(read("migrations/202611221005_d.sql").find("-- migrate:down_revision c\n"), std::string::npos);
}

TEST_F(Project, AParentThatIsNoHeadNeedsSplice) {
  make_branches();
  cli::RevisionArguments arguments;
  arguments.heads = {"a"};
  expect_error(make(arguments), ErrorCode::InvalidTarget,
               "a is not a head. Give --splice to start a branch from it, or name a head: b, c.");
  arguments.heads = {"b", "b"};
  expect_error(make(arguments), ErrorCode::InvalidTarget, "the parent b is named twice. Name each parent once.");
  EXPECT_EQ(files(), 3U);
}

TEST_F(Project, ANewBaseMayDependOnALabelOrAnId) {
  make_branches();
  cli::RevisionArguments arguments;
  arguments.heads = {"base"};
  arguments.depends_on = {"billing", "b"};
  arguments.branch_labels = {"mail"};
  arguments.rev_id = "m";
  ASSERT_TRUE(make(arguments));
  const std::string text = read("migrations/202611221005_m.sql");
  EXPECT_NE(text.find("-- migrate:down_revision none\n"), std::string::npos);
  EXPECT_NE(text.find("-- migrate:depends_on billing b\n"), std::string::npos);
  EXPECT_NE(text.find("-- migrate:labels mail\n"), std::string::npos);
}

TEST_F(Project, NamesThatAreTakenOrMalformedAreRefusedBeforeAFileIsMade) {
  make_branches();
  expect_error(make("b", {"c"}), ErrorCode::InvalidGraph,
               "the id \"b\" is taken by migrations/202611221005_b_make_b.sql. Choose another, or leave --rev-id out.");
  expect_error(
      make("head", {"c"}), ErrorCode::InvalidGraph,
      "\"head\" cannot be a revision's id. Use 1 to 32 letters, digits and \"_\", and none of none, base, head, heads, current.");
  expect_error(make("d", {"c"}, {"a b"}), ErrorCode::InvalidGraph,
               "\"a b\" cannot be a branch label. Use a word without blanks, commas and @ - + :, and none of none, base, head, "
               "heads, current.");
  const Status taken = make("d", {"b"}, {"billing"});
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code, ErrorCode::InvalidGraph);
  EXPECT_EQ(files(), 3U);
}

TEST_F(Project, SeveralFolders) {
  fs::create_directory("more");
  settings_.migrations = {"migrations", "more/"};
  cli::RevisionArguments arguments;
  arguments.rev_id = "a";
  expect_error(make(arguments), ErrorCode::InvalidTarget,
               "the project has several folders of revisions. Name one with --version-path.");
  arguments.version_path = "elsewhere";
  expect_error(
      make(arguments), ErrorCode::InvalidTarget,
      "\"elsewhere\" is none of the project's folders: migrations, more/. Add it to \"migrations\" in migrator.yaml first.");
  arguments.version_path = "./more";
  ASSERT_TRUE(make(arguments));
  EXPECT_EQ(out_, "created more/202611221005_a.sql\n");
  cli::RevisionArguments next;
  next.rev_id = "b";
  ASSERT_TRUE(make(next));
  EXPECT_EQ(out_, "created more/202611221005_b.sql\n");
}

TEST_F(Project, RevisionSaysWhatItMadeInJson) {
  cli::RevisionArguments arguments;
  arguments.rev_id = "a";
  arguments.message = "x";
  ASSERT_TRUE(run([&](const Context &context) { return revision(context, arguments); }, json()));
  EXPECT_EQ(out_, "{\"revision\":\"a\",\"path\":\"migrations/202611221005_a_x.sql\",\"message\":\"x\",\"down_revisions\":[],"
                  "\"depends_on\":[],\"labels\":[]}\n");
}

TEST_F(Project, AMissingFolderIsNamed) {
  fs::remove_all("migrations");
  const Status done = make({});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::InvalidConfiguration);
  EXPECT_NE(done.error().text().find("migrations"), std::string::npos);
}

// --- merge -------------------------------------------------------------------------------------------------------------------

TEST_F(Project, MergeJoinsAllHeads) {
  make_branches();
  cli::MergeArguments arguments;
  arguments.rev_id = "m";
  ASSERT_TRUE(run([&](const Context &context) { return merge(context, arguments); }));
  EXPECT_EQ(out_, "created migrations/202611221005_m_merge_b_and_c.sql\n");
  EXPECT_NE(read("migrations/202611221005_m_merge_b_and_c.sql").find("-- migrate:down_revision b c\n"), std::string::npos);
  expect_error(run([&](const Context &context) { return merge(context, {}); }), ErrorCode::InvalidTarget,
               "there is one head, m: nothing to merge. A merge joins two or more.");
}

TEST_F(Project, MergeTakesHeadsOnly) {
  expect_error(run([&](const Context &context) { return merge(context, {}); }), ErrorCode::InvalidTarget,
               "there are no heads: nothing to merge. A merge joins two or more.");
  make_branches();
  cli::MergeArguments arguments;
  arguments.revisions = {"a", "b"};
  expect_error(run([&](const Context &context) { return merge(context, arguments); }), ErrorCode::InvalidTarget,
               "a is not a head, so there is nothing to merge it with. \"migrator heads\" lists the heads.");
  arguments.revisions = {"b", "b"};
  expect_error(run([&](const Context &context) { return merge(context, arguments); }), ErrorCode::InvalidTarget,
               "there is one head, b: nothing to merge. A merge joins two or more.");
}

// --- looking -----------------------------------------------------------------------------------------------------------------

TEST_F(Project, HeadsAndBranches) {
  make_branches();
  ASSERT_TRUE(run([](const Context &context) { return heads(context, {}); }));
  EXPECT_EQ(out_, "b (head)\nc (billing) (head)\n");
  ASSERT_TRUE(run([](const Context &context) { return branches(context, {}); }));
  EXPECT_EQ(out_, "a (branchpoint)\n  -> b (head)\n  -> c (billing) (head)\n");
  cli::RevisionArguments arguments;
  arguments.heads = {"base"};
  arguments.depends_on = {"c"};
  arguments.rev_id = "m";
  ASSERT_TRUE(make(arguments));
  ASSERT_TRUE(run([](const Context &context) { return heads(context, {}); }));
  EXPECT_EQ(out_, "b (head)\nc (billing) (effective head)\nm (head)\n");
  ASSERT_TRUE(run([](const Context &context) { return heads(context, {true}); }));
  EXPECT_EQ(out_, "b (head)\nm (head)\n");
}

TEST_F(Project, HeadsInJson) {
  make_branches();
  ASSERT_TRUE(run([](const Context &context) { return heads(context, {}); }, json()));
  const auto document = nlohmann::json::parse(out_);
  EXPECT_EQ(document["heads"], (std::vector<std::string>{"b", "c"}));
  EXPECT_EQ(document["revisions"][1]["labels"], std::vector<std::string>{"billing"});
  EXPECT_TRUE(document["revisions"][0]["applied"].is_null());
}

TEST_F(Project, NoRevisionsAreNoError) {
  for (const auto verb :
       {+[](const Context &context) { return heads(context, {}); }, +[](const Context &context) { return branches(context, {}); },
        +[](const Context &context) { return history(context, {}, nobody_asked); }}) {
    ASSERT_TRUE(run(verb));
    EXPECT_EQ(out_, "");
  }
}

TEST_F(Project, ShowPrintsHeaderAndFile) {
  make_branches();
  ASSERT_TRUE(run([](const Context &context) { return show(context, {"billing"}); }));
  EXPECT_EQ(out_.substr(0, out_.find("-- migrate:revision")), "Rev: c (head)\n"
                                                              "Parent: a\n"
                                                              "Branch names: billing\n"
                                                              "Created: 2026-11-22T10:05:00Z\n"
                                                              "Path: migrations/202611221005_c_make_c.sql\n"
                                                              "\n"
                                                              "    make c\n"
                                                              "\n");
  EXPECT_EQ(out_.substr(out_.find("-- migrate:revision")), read("migrations/202611221005_c_make_c.sql"));
}

TEST_F(Project, AFilesControlCharactersDoNotReachATerminal) {
  std::ofstream("migrations/x.sql")
      << "-- migrate:revision x\n-- migrate:message hello\n-- migrate:down_revision none\n-- migrate:up\n-- \x1b[2J\n";
  ASSERT_TRUE(run([](const Context &context) { return show(context, {"x"}); }));
  EXPECT_NE(out_.find('\x1b'), std::string::npos);
  report::OutputOptions terminal;
  terminal.terminal = true;
  ASSERT_TRUE(run([](const Context &context) { return show(context, {"x"}); }, terminal));
  EXPECT_EQ(out_.find('\x1b'), std::string::npos);
}

// --- history -----------------------------------------------------------------------------------------------------------------

TEST_F(Project, HistoryIsALineARevisionWithoutATerminal) {
  make_branches();
  ASSERT_TRUE(run([](const Context &context) { return history(context, {}, nobody_asked); }));
  EXPECT_EQ(out_, "a -> c (billing) (head), make c\na -> b (head), make b\n<base> -> a (branchpoint), make a\n");
  EXPECT_EQ(err_, "");
}

TEST_F(Project, HistoryIsDrawnOnATerminalWithWhatIsApplied) {
  make_branches();
  settings_.database_url = database::DatabaseUrl{};
  report::OutputOptions terminal;
  terminal.terminal = true;
  terminal.style.unicode = true;
  const ReadApplied at_b = [] { return AppliedState{{"b"}, {}}; };
  ASSERT_TRUE(run([&](const Context &context) { return history(context, {{}, true}, at_b); }, terminal));
  EXPECT_EQ(out_, "○ c   (billing) (head) make c\n"
                  "│ ● b ✓ (head) (current) make b\n"
                  "├─╯\n"
                  "● a ✓ (base) (branchpoint) make a\n");
}

TEST_F(Project, HistoryInJsonSaysWhatIsApplied) {
  make_branches();
  settings_.database_url = database::DatabaseUrl{};
  graph::Node gone;
  gone.id = "z";
  gone.down_revisions = {"b"};
  const ReadApplied ahead = [&] { return AppliedState{{"z"}, {gone}}; };
  ASSERT_TRUE(run([&](const Context &context) { return history(context, {}, ahead); }, json()));
  std::map<std::string, nlohmann::json> revisions;
  const nlohmann::json document = nlohmann::json::parse(out_);
  for (const auto &revision : document["revisions"]) revisions[revision["revision"]] = revision;
  ASSERT_EQ(revisions.size(), 4U);
  EXPECT_EQ(revisions["a"]["applied"], true);
  EXPECT_EQ(revisions["b"]["applied"], true);
  EXPECT_EQ(revisions["c"]["applied"], false);
  EXPECT_EQ(revisions["z"]["applied"], true);
  EXPECT_EQ(revisions["z"]["current"], true);
  EXPECT_TRUE(revisions["z"]["path"].is_null());
}

TEST_F(Project, HistoryGoesOnWithoutADatabaseUnlessItIsNeeded) {
  make_branches();
  const std::string unknown =
      "no database is configured, so nobody knows what is current. Set DATABASE_URL, write database_url into "
      "migrator.yaml, or give --database-url.";
  expect_error(run([](const Context &context) {
                 return history(context, {{}, true}, nobody_asked);
               }),
               ErrorCode::InvalidConfiguration, unknown);
  expect_error(run([](const Context &context) {
                 return history(context, {"base:current", false}, nobody_asked);
               }),
               ErrorCode::InvalidConfiguration, unknown);
  settings_.database_url = database::DatabaseUrl{};
  const ReadApplied down = []() -> Result<AppliedState> { return fail(ErrorCode::Unreachable, "nobody is there."); };
  ASSERT_TRUE(run([&](const Context &context) { return history(context, {}, down); }));
  EXPECT_EQ(err_, "note: applied revisions are not marked: nobody is there.\n");
  expect_error(run([&](const Context &context) {
                 return history(context, {{}, true}, down);
               }),
               ErrorCode::Unreachable, "nobody is there.");
}

TEST_F(Project, HistoryOfARange) {
  make_branches();
  ASSERT_TRUE(run([](const Context &context) { return history(context, {"a:b", false}, nobody_asked); }));
  EXPECT_EQ(out_, "a -> b (head), make b\n<base> -> a (branchpoint), make a\n");
}

// --- edit, completion ----------------------------------------------------------------------------------------------------------

TEST_F(Project, EditRunsTheEditorOnTheFileAndReadsItAgain) {
  make_branches();
  ::setenv("VISUAL", "printf '%s\\n' > edited", 1);
  ASSERT_TRUE(run([](const Context &context) { return edit(context, {"c"}); }));
  EXPECT_EQ(read("edited"), "migrations/202611221005_c_make_c.sql\n");
  ::setenv("VISUAL", "echo '-- migrate:what' >>", 1);
  const Status broken = run([](const Context &context) { return edit(context, {"c"}); });
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().code, ErrorCode::InvalidRevisionFile);
  fs::remove("migrations/202611221005_c_make_c.sql");
  ::setenv("VISUAL", "false", 1);
  expect_error(run([](const Context &context) { return edit(context, {"b"}); }), ErrorCode::Usage,
               "the editor failed. Check $VISUAL and $EDITOR, then look at the file again.");
  ::unsetenv("VISUAL");
  ::unsetenv("EDITOR");
  expect_error(run([](const Context &context) { return edit(context, {"b"}); }), ErrorCode::Usage,
               "no editor is set. Set $VISUAL or $EDITOR, like EDITOR=nano.");
}

TEST_F(Project, CompletionListsRevisions) {
  make_branches();
  ASSERT_TRUE(run([](const Context &context) { return completion(context, {cli::CompletionSubject::Revisions}); }));
  EXPECT_EQ(out_, "a\nb\nc\n");
}

// --- files -------------------------------------------------------------------------------------------------------------------

TEST_F(Project, ANewFileNeverTakesAnothersPlaceAndLeavesNothingBehind) {
  ASSERT_TRUE(write_new_file("migrations/x", "one"));
  expect_error(write_new_file("migrations/x", "two"), ErrorCode::FileExists,
               "migrations/x: is there already and was left as it is.");
  EXPECT_EQ(read("migrations/x"), "one");
  EXPECT_EQ(files(), 1U);
  expect_error(write_new_file("nowhere/x", "one"), ErrorCode::NotWritable,
               "nowhere/x: cannot be written: No such file or directory.");
  fs::create_symlink("/nowhere", "migrations/link");
  expect_error(write_new_file("migrations/link", "one"), ErrorCode::FileExists,
               "migrations/link: is there already and was left as it is.");
}

TEST_F(Project, MakeFolderMakesThoseAbove) {
  EXPECT_TRUE(make_folder("x/y/z"));
  EXPECT_TRUE(make_folder("x/y/z"));
  std::ofstream("file") << "";
  expect_error(make_folder("file"), ErrorCode::NotWritable, "file: cannot be written: Not a directory.");
}

} // namespace
} // namespace migrator::commands
