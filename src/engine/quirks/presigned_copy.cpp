// SPDX-License-Identifier: Apache-2.0
// Copies between regions: the service fetches the source with a presigned URL of the call itself,
// made for the source's region (botocore inject_presigned_url_ec2, inject_presigned_url_rds).
#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "base/encoding.hpp"
#include "base/strings.hpp"
#include "engine/quirks/table.hpp"

namespace virga::engine::quirks {
namespace {

/// The fields of a form in their order, still encoded.
class Form {
 public:
  explicit Form(std::string_view body) {
    if (!body.empty()) {
      for (const std::string_view field : split(body, '&')) {
        fields_.emplace_back(field);
      }
    }
  }

  /// The decoded value of a field.
  [[nodiscard]] std::optional<std::string> find(std::string_view name) const {
    const auto found = position(name);
    if (found == fields_.end()) {
      return std::nullopt;
    }
    std::string value = found->substr(std::min(found->size(), name.size() + 1));
    std::replace(value.begin(), value.end(), '+', ' ');
    return percent_decode(value);
  }

  void remove(std::string_view name) {
    if (const auto found = position(name); found != fields_.end()) {
      fields_.erase(found);
    }
  }

  /// At the place of the field that is there, else at the end.
  void set(std::string_view name, std::string_view value) {
    std::string field = concat(name, "=", percent_encode(value));
    const auto at = position(name);
    if (at == fields_.cend()) {
      fields_.push_back(std::move(field));
    } else {
      fields_[static_cast<std::size_t>(at - fields_.cbegin())] = std::move(field);
    }
  }

  [[nodiscard]] std::string text() const { return join(fields_, "&"); }

 private:
  [[nodiscard]] std::vector<std::string>::const_iterator position(std::string_view name) const {
    return std::find_if(fields_.begin(), fields_.end(), [&](const std::string& field) {
      return field.starts_with(name) && (field.size() == name.size() || field[name.size()] == '=');
    });
  }

  std::vector<std::string> fields_;
};

Result<std::string> presigned_url(const Form& form,
                                  const std::string& source_region,
                                  const QuirkContext& context) {
  Form copy = form;
  copy.set("DestinationRegion", context.region);
  http::Request request;
  // In a query a blank is %20: '+' would be signed as a plus.
  request.query = replace_all(copy.text(), "+", "%20");
  return context.presign(std::move(request), source_region);
}

constexpr std::array<Row<RequestQuirk>, 5> k_rds_request{{
    {"CopyDBClusterSnapshot", presign_rds_copy},
    {"CreateDBCluster", presign_rds_copy},
    {"CopyDBSnapshot", presign_rds_copy},
    {"CreateDBInstanceReadReplica", presign_rds_copy},
    {"StartDBInstanceAutomatedBackupsReplication", presign_rds_copy},
}};
// Neptune and DocumentDB share these two with RDS.
constexpr std::array<Row<RequestQuirk>, 2> k_cluster_request{{
    {"CopyDBClusterSnapshot", presign_rds_copy},
    {"CreateDBCluster", presign_rds_copy},
}};

}  // namespace

Status presign_ec2_copy(const model::Operation&,
                        const Map&,
                        http::Request& request,
                        QuirkContext& context) {
  Form form(request.body);
  const auto source = form.find("SourceRegion");
  if (!context.presign || !source || form.find("PresignedUrl")) {
    return {};
  }
  VIRGA_TRY_ASSIGN(const std::string url, presigned_url(form, *source, context));
  form.set("PresignedUrl", url);
  form.set("DestinationRegion", context.region);
  request.body = form.text();
  return {};
}

Status presign_rds_copy(const model::Operation&,
                        const Map&,
                        http::Request& request,
                        QuirkContext& context) {
  Form form(request.body);
  const auto source = form.find("SourceRegion");
  if (!source) {
    return {};
  }
  // The service does not know SourceRegion: it is only there to make the URL.
  form.remove("SourceRegion");
  if (context.presign && !form.find("PreSignedUrl")) {
    VIRGA_TRY_ASSIGN(const std::string url, presigned_url(form, *source, context));
    form.set("PreSignedUrl", url);
  }
  request.body = form.text();
  return {};
}

constinit const ServiceQuirks k_rds{{}, k_rds_request, {}, {}};
constinit const ServiceQuirks k_neptune{{}, k_cluster_request, {}, {}};
constinit const ServiceQuirks k_docdb{{}, k_cluster_request, {}, {}};

}  // namespace virga::engine::quirks
