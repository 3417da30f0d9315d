// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/catalog.hpp"

// Which member of which answer has the values of a parameter: both names share a noun. The rules
// are those of the models' own naming: TerminateInstances' InstanceIds are the InstanceId of
// DescribeInstances' Instances, Bucket is the Name of ListBuckets' Buckets, the name of eks
// DescribeCluster is an element of ListClusters' clusters.
namespace virga::completion {

/// Where an answer has such values: names of members from the root; lists are gone through.
struct ValuePath {
  std::vector<std::string_view> members;
  int score = 0;  ///< how well the names agree; exactly from k_exact on
};

inline constexpr int k_exact = 10;

/// The nouns that a parameter may mean, in normal form: that of its name and, where this says
/// little ("name"), together with that of the operation.
[[nodiscard]] std::vector<std::string> nouns_of(const model::Operation& operation,
                                                const model::Member& member);

/// The paths of the best score in an operation's output; none if nothing agrees.
[[nodiscard]] std::vector<ValuePath> find_paths(const model::Shape& output,
                                                const std::vector<std::string>& nouns);

}  // namespace virga::completion
