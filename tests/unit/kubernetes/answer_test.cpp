#include "migrator/kubernetes/answer.h"

#include <gtest/gtest.h>

namespace migrator::kubernetes {
namespace {

using controller::kube::ErrorKind;

const std::string kServer = "https://10.0.0.1:443";

Result<gate::Verdict> meant(ErrorKind kind, const std::string &message = "it said so", const std::string &reason = "") {
  return meaning(controller::kube::Error{kind, 0, reason, message, {}}, MigrationAddress{"db", "shop", {}, {}}, kServer);
}

void expect_waits(const Result<gate::Verdict> &verdict, const std::string &reason) {
  ASSERT_TRUE(verdict) << verdict.error().message;
  EXPECT_FALSE(verdict->contained);
  EXPECT_EQ(verdict->reason, reason);
}

TEST(Answer, OfAMigrationThatIsNotThere) {
  expect_waits(meant(ErrorKind::NotFound, "migrations.migrator.dev \"db\" not found", "NotFound"),
               "there is no Migration shop/db yet");
}

TEST(Answer, OfAClusterWithoutMigrations) {
  expect_waits(meant(ErrorKind::NotFound, "404 page not found"),
               "https://10.0.0.1:443 knows no Migrations: install the operator there, or choose another cluster with --context");
}

TEST(Answer, OfAServerThatDoesNotAnswerWell) {
  for (const ErrorKind kind : {ErrorKind::Unreachable, ErrorKind::TimedOut, ErrorKind::ServerError, ErrorKind::TooManyRequests,
                               ErrorKind::BadAnswer, ErrorKind::Expired})
    expect_waits(meant(kind), "https://10.0.0.1:443 cannot be asked: it said so");
}

TEST(Answer, OfAForbiddenMigrationNamesTheRoleToMake) {
  const Result<gate::Verdict> pod = meant(ErrorKind::Forbidden, "migrations.migrator.dev \"db\" is forbidden: User "
                                                                "\"system:serviceaccount:web:app\" cannot get resource");
  ASSERT_FALSE(pod);
  EXPECT_EQ(pod.error().code, ErrorCode::NoPermission);
  EXPECT_EQ(
      pod.error().message,
      "the API server lets nobody read the Migration shop/db without a right to: migrations.migrator.dev \"db\" is forbidden: "
      "User \"system:serviceaccount:web:app\" cannot get resource; whoever administers the namespace can give it: kubectl "
      "create role wait-for-db -n shop --verb=get --resource=migrations.migrator.dev --resource-name=db && kubectl create "
      "rolebinding wait-for-db -n shop --role=wait-for-db --serviceaccount=web:app");
  const std::string person = meant(ErrorKind::Forbidden, "User \"anna\" cannot").error().message;
  EXPECT_EQ(person.substr(person.size() - 11), "--user=anna");
  const std::string nobody = meant(ErrorKind::Forbidden, "no").error().message;
  EXPECT_EQ(nobody.substr(nobody.size() - 11), "--user=NAME");
}

TEST(Answer, OfRefusals) {
  EXPECT_EQ(meant(ErrorKind::Unauthorized).error().code, ErrorCode::NoPermission);
  EXPECT_EQ(meant(ErrorKind::Invalid).error().code, ErrorCode::InvalidConfiguration);
  EXPECT_EQ(meant(ErrorKind::Stopped).error().code, ErrorCode::Terminated);
}

} // namespace
} // namespace migrator::kubernetes
