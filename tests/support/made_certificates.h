// Certificates for tests, made on the spot.
#pragma once

#include <string>
#include <vector>

namespace controller::kube {

struct MadeCertificate {
  std::string certificate; // PEM
  std::string key;
};

MadeCertificate make_authority(const std::string &name);
// `names`: "DNS:localhost", "IP:::1". Valid for `days_left` days from now, and since a day or two before: with -1 it has expired.
MadeCertificate make_certificate(const MadeCertificate &authority, const std::string &name, const std::vector<std::string> &names,
                                 int days_left = 1);

} // namespace controller::kube
