// Database URLs: every accepted form, every refusal to the letter, and the law that no password is ever shown.
#include "migrator/database/url.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace migrator::database {
namespace {

struct Accepted {
  const char *name;
  const char *url;
  Dialect dialect;
  const char *target; // path or conninfo
  const char *redacted;
  const char *base = "";
};

void PrintTo(const Accepted &row, std::ostream *out) {
  *out << row.url;
}

class AcceptedUrl : public testing::TestWithParam<Accepted> {};

TEST_P(AcceptedUrl, IsReadAndRedacted) {
  const Accepted &row = GetParam();
  const auto url = parse_url(row.url, row.base);
  ASSERT_TRUE(url) << url.error().message;
  EXPECT_EQ(url->dialect, row.dialect);
  EXPECT_EQ(row.dialect == Dialect::Sqlite ? url->path : url->conninfo, row.target);
  EXPECT_EQ(row.dialect == Dialect::Sqlite ? url->conninfo : url->path, "");
  EXPECT_EQ(url->redacted, row.redacted);
}

constexpr auto kLite = Dialect::Sqlite;
constexpr auto kPg = Dialect::Postgresql;

INSTANTIATE_TEST_SUITE_P(
    Forms, AcceptedUrl,
    testing::Values(
        Accepted{"relative", "sqlite:///shop.db", kLite, "shop.db", "sqlite:///shop.db"},
        Accepted{"absolute", "sqlite:////data/shop.db", kLite, "/data/shop.db", "sqlite:////data/shop.db"},
        Accepted{"joined", "sqlite:///db/shop.db", kLite, "/project/db/shop.db", "sqlite:///db/shop.db", "/project"},
        Accepted{"joined_to_a_slash", "sqlite:///shop.db", kLite, "/shop.db", "sqlite:///shop.db", "/"},
        Accepted{"absolute_is_not_joined", "sqlite:////data/shop.db", kLite, "/data/shop.db", "sqlite:////data/shop.db",
                 "/project"},
        Accepted{"memory", "sqlite:///:memory:", kLite, ":memory:", "sqlite:///:memory:", "/project"},
        Accepted{"sqlite_driver", "sqlite+aiosqlite:///shop.db", kLite, "shop.db", "sqlite+aiosqlite:///shop.db"},
        Accepted{"escapes", "sqlite:///a%20b%3F%25.db", kLite, "a b?%.db", "sqlite:///a%20b%3F%25.db"},
        Accepted{"empty_query", "sqlite:///shop.db?", kLite, "shop.db", "sqlite:///shop.db"},
        Accepted{"upper_case", "SQLite:///shop.db", kLite, "shop.db", "SQLite:///shop.db"},
        Accepted{"utf8", "sqlite:///bücher.db", kLite, "bücher.db", "sqlite:///bücher.db"},
        Accepted{"full", "postgresql://anna:s3cret@db:5432/shop?sslmode=require", kPg,
                 "postgresql://anna:s3cret@db:5432/shop?sslmode=require", "postgresql://anna:***@db:5432/shop?sslmode=require"},
        Accepted{"postgres", "postgres://db/shop", kPg, "postgresql://db/shop", "postgres://db/shop"},
        Accepted{"pg_driver", "postgresql+psycopg://u@db/shop", kPg, "postgresql://u@db/shop", "postgresql+psycopg://u@db/shop"},
        Accepted{"postgres_driver", "postgres+asyncpg://db", kPg, "postgresql://db", "postgres+asyncpg://db"},
        Accepted{"bare", "postgresql://", kPg, "postgresql://", "postgresql://"},
        Accepted{"several_hosts", "postgresql://u:p@h1:1,h2:65535,h3/db", kPg, "postgresql://u:p@h1:1,h2:65535,h3/db",
                 "postgresql://u:***@h1:1,h2:65535,h3/db"},
        Accepted{"ipv6", "postgresql://[::1]:5432/db", kPg, "postgresql://[::1]:5432/db", "postgresql://[::1]:5432/db"},
        Accepted{"ipv6_without_port", "postgresql://[::1],[fe80::1]:6/db", kPg, "postgresql://[::1],[fe80::1]:6/db",
                 "postgresql://[::1],[fe80::1]:6/db"},
        Accepted{"socket_as_host", "postgresql://%2Fvar%2Frun/db", kPg, "postgresql://%2Fvar%2Frun/db",
                 "postgresql://%2Fvar%2Frun/db"},
        Accepted{"socket_as_parameter", "postgresql:///db?host=/var/run", kPg, "postgresql:///db?host=/var/run",
                 "postgresql:///db?host=/var/run"},
        Accepted{"query_without_slash", "postgresql://h?dbname=x", kPg, "postgresql://h?dbname=x", "postgresql://h?dbname=x"},
        Accepted{"empty_port", "postgresql://h:/db", kPg, "postgresql://h:/db", "postgresql://h:/db"},
        Accepted{"password_parameter", "postgresql://h/db?user=u&password=s3cret", kPg,
                 "postgresql://h/db?user=u&password=s3cret", "postgresql://h/db?user=u&password=***"},
        Accepted{"sslpassword", "postgresql://h/db?sslpassword=s3cret&sslkey=/k", kPg,
                 "postgresql://h/db?sslpassword=s3cret&sslkey=/k", "postgresql://h/db?sslpassword=***&sslkey=/k"},
        Accepted{"escaped_key", "postgresql://h/db?pass%77ord=s3cret", kPg, "postgresql://h/db?pass%77ord=s3cret",
                 "postgresql://h/db?password=***"},
        Accepted{"shouted_key", "postgresql://h/db?PASSWORD=s3cret", kPg, "postgresql://h/db?PASSWORD=s3cret",
                 "postgresql://h/db?***=***"},
        Accepted{"ampersand_in_password", "postgresql://h/db?password=a&s3cret=b&sslmode=require", kPg,
                 "postgresql://h/db?password=a&s3cret=b&sslmode=require",
                 "postgresql://h/db?password=***&***=***&sslmode=require"},
        Accepted{"colon_in_password", "postgresql://u:a:b@h/db", kPg, "postgresql://u:a:b@h/db", "postgresql://u:***@h/db"},
        Accepted{"question_in_password", "postgresql://u:a?b@h/db", kPg, "postgresql://u:a?b@h/db", "postgresql://u:***@h/db"},
        Accepted{"at_in_user_parameter", "postgresql://h/db?user=me@server", kPg, "postgresql://h/db?user=me@server",
                 "postgresql://h/db?user=me@server"}),
    [](const auto &row) { return row.param.name; });

struct Refusal {
  const char *name;
  std::string url;
  const char *message;
};

void PrintTo(const Refusal &row, std::ostream *out) {
  *out << row.url;
}

class RefusedUrl : public testing::TestWithParam<Refusal> {};

TEST_P(RefusedUrl, SaysWhatToWrite) {
  const auto url = parse_url(GetParam().url);
  ASSERT_FALSE(url);
  EXPECT_EQ(url.error().code, ErrorCode::InvalidConfiguration);
  EXPECT_EQ(url.error().message, GetParam().message);
  EXPECT_THAT(url.error().message, testing::Not(testing::HasSubstr("s3cret")));
}

constexpr const char *kNoScheme = "the database URL has no scheme: write sqlite:///relative.db, sqlite:////absolute.db or "
                                  "postgresql://user@host:5432/name";
constexpr const char *kPort =
    "the database URL's port is not a number from 1 to 65535: correct it (and if the password holds one "
    "of : / ? # @, write those as %3A %2F %3F %23 %40)";
constexpr const char *kEscape = "the database URL holds a broken %-escape: write a literal % as %25 (and %00 is never allowed)";
constexpr const char *kNoHost =
    "a SQLite URL names no host: write sqlite:///relative.db with three slashes or sqlite:////absolute.db "
    "with four";
constexpr const char *kNoFile = "the SQLite URL names no file: write sqlite:///relative.db, sqlite:////absolute.db or "
                                "sqlite:///:memory:";
constexpr const char *kPairs =
    "the database URL's parameters are not of the form name=value, joined by &: correct them (a literal = "
    "is %3D, a literal & is %26, and a ? in a password is %3F)";
constexpr const char *kSecondAt =
    "the database URL holds a second @, or an @ after a /: write those of the password as %40 and %2F";
constexpr const char *kControl = "the database URL holds a line break or another control character: remove it";

INSTANTIATE_TEST_SUITE_P(
    Errors, RefusedUrl,
    testing::Values(
        Refusal{"empty", "",
                "the database URL is empty: write sqlite:///relative.db, sqlite:////absolute.db or "
                "postgresql://user@host:5432/name"},
        Refusal{"a_path", "shop.db", kNoScheme}, Refusal{"keywords", "host=db password=s3cret", kNoScheme},
        Refusal{"no_scheme_name", "://x", kNoScheme}, Refusal{"login_as_scheme", "u:s3cret://x", kNoScheme},
        Refusal{"mysql", "mysql+pymysql://u:s3cret@h/db",
                "\"mysql\" is not a kind of database that migrator knows: write sqlite:///relative.db, sqlite:////absolute.db or "
                "postgresql://user@host:5432/name"},
        Refusal{"line_break", "sqlite:///a.db\n", kControl}, Refusal{"nul", std::string("sqlite:///a\0b", 13), kControl},
        Refusal{"no_file", "sqlite://", kNoFile}, Refusal{"no_file_slash", "sqlite:///", kNoFile},
        Refusal{"two_slashes", "sqlite://shop.db", kNoHost}, Refusal{"sqlite_login", "sqlite://u:s3cret@/x", kNoHost},
        Refusal{
            "sqlite_parameter", "sqlite:///a.db?mode=ro",
            "a SQLite URL takes no parameters (\"mode\" is given): remove what follows the ?, or write %3F if it belongs to the "
            "file's name"},
        Refusal{"sqlite_parameter_unnamed", "sqlite:///a.db?s3cret",
                "a SQLite URL takes no parameters: remove what follows the ?, or write %3F if it belongs to the file's name"},
        Refusal{"sqlite_broken_escape", "sqlite:///a%2.db", kEscape}, Refusal{"sqlite_cut_escape", "sqlite:///a%2", kEscape},
        Refusal{"sqlite_nul_escape", "sqlite:///a%00b", kEscape},
        Refusal{"pg_broken_escape", "postgresql://u:s3cret%zz@h/db", kEscape},
        Refusal{"pg_broken_value", "postgresql://h/db?password=s3cret%", kEscape},
        Refusal{"port_zero", "postgresql://h:0/db", kPort}, Refusal{"port_big", "postgresql://h:65536/db", kPort},
        Refusal{"port_word", "postgresql://h:abc/db", kPort}, Refusal{"port_sign", "postgresql://h:-1/db", kPort},
        Refusal{"port_second", "postgresql://h:1,g:99999/db", kPort},
        Refusal{"port_long", "postgresql://h:00000000000000005432/db", kPort},
        Refusal{"port_parameter", "postgresql:///db?host=h&port=70000", kPort},
        Refusal{"port_ipv6", "postgresql://[::1]:x/db", kPort},
        Refusal{"slash_in_password", "postgresql://u:s3cret/x@h/db", kSecondAt},
        Refusal{"at_in_password", "postgresql://u:p@s3cret@h/db", kSecondAt},
        Refusal{"at_in_parameter", "postgresql://u:5/x?y=s3cret@h",
                "the database URL holds an @ after the host: write it as %40, in the password too"},
        Refusal{"ipv6_open", "postgresql://[::1/db", "the database URL's IPv6 address is not closed or empty: write it as [::1]"},
        Refusal{"ipv6_empty", "postgresql://[]/db", "the database URL's IPv6 address is not closed or empty: write it as [::1]"},
        Refusal{"ipv6_tail", "postgresql://[::1]x/db",
                "the database URL's IPv6 address is followed by something else than a port: write [::1]:5432"},
        Refusal{"no_value", "postgresql://h/db?s3cret", kPairs},
        Refusal{"two_equals", "postgresql://h/db?password=s3cret=x", kPairs},
        Refusal{"no_key", "postgresql://h/db?=s3cret", kPairs}, Refusal{"empty_pair", "postgresql://h/db?a=b&&c=d", kPairs}),
    [](const auto &row) { return row.param.name; });

// A password of at least eight characters that cannot stand in the rest of the URL or in a message by chance.
rc::Gen<std::string> any_password() {
  return rc::gen::map(rc::gen::container<std::string>(rc::gen::elementOf(std::string("QZ017:/?#@%[]&=,;+ -_.~!$'()*\"\\"))),
                      [](const std::string &tail) { return "QZQZ" + tail + "ZQZQ"; });
}

TEST(UrlProperty, NoPasswordIsEverShown) {
  const bool held = rc::check("no password in `redacted` or in an error", [] {
    const std::string password = *any_password();
    const std::string before = *rc::gen::elementOf(std::vector<std::string>{
        "postgresql://u:", "postgres://:", "postgresql://h/db?password=", "postgresql:///?sslpassword=",
        "postgresql+x://h1:1,h2/db?user=u&pass%77ord=", "sqlite://u:", "sqlite:///x.db?key=", "mysql://u:"});
    const std::string after = *rc::gen::elementOf(std::vector<std::string>{"", "@h/db", "@h:5432/db?sslmode=require", "&user=u"});
    // Without the @ of the host the password's place is the host's and the port's.
    RC_PRE(!before.starts_with("postgres") || !before.ends_with(":") || after.starts_with("@"));
    const auto url = parse_url(before + password + after);
    const std::string shown = url ? url->redacted : url.error().text();
    RC_ASSERT(shown.find("QZQZ") == std::string::npos);
    RC_ASSERT(shown.find("ZQZQ") == std::string::npos);
  });
  EXPECT_TRUE(held);
}

TEST(UrlProperty, AnythingGivesAUrlOrAConfigurationError) {
  const bool held = rc::check("any text after any scheme", [](const std::string &text) {
    const std::string scheme =
        *rc::gen::elementOf(std::vector<std::string>{"", "sqlite:///", "sqlite://", "postgresql://", "postgres+a://"});
    const auto url = parse_url(scheme + text);
    if (url)
      RC_ASSERT(!url->redacted.empty());
    else
      RC_ASSERT(url.error().code == ErrorCode::InvalidConfiguration);
  });
  EXPECT_TRUE(held);
}

} // namespace
} // namespace migrator::database
