// SPDX-License-Identifier: Apache-2.0
#include "http/proxy.hpp"

#include <gtest/gtest.h>

namespace virga::http {
namespace {

std::string choose(const std::string& no_proxy, const std::string& host) {
  TransportOptions options;
  options.https_proxy = "proxy.test:3128";
  options.no_proxy = no_proxy;
  Request request;
  request.host = host;
  return proxy_for(options, request);
}

TEST(Proxy, IsChosenByScheme) {
  EXPECT_EQ(choose("", "s3.amazonaws.com"), "http://proxy.test:3128");
  TransportOptions options;
  options.https_proxy = "proxy.test";
  Request request;
  request.scheme = "http";
  EXPECT_EQ(proxy_for(options, request), "");
}

TEST(Proxy, IsPassedByForNamesAndSuffixesOfNoProxy) {
  EXPECT_EQ(choose("*", "a.test"), "");
  EXPECT_EQ(choose("b.test, .Test", "a.tesT"), "");
  EXPECT_EQ(choose("a.test:81", "a.test:81"), "");
  EXPECT_EQ(choose("test", "attest"), "http://proxy.test:3128");
  EXPECT_EQ(choose("127.0.0.1", "127.0.0.1:5000"), "");
  EXPECT_EQ(choose("[::1]", "[::1]"), "");
  EXPECT_EQ(choose(",,", "a.test"), "http://proxy.test:3128");
}

TEST(Proxy, MessagesHideTheUser) {
  EXPECT_EQ(mask_proxy_url("http://u:p@h:1/"), "http://***:***@h:1/");
  EXPECT_EQ(mask_proxy_url("http://u@h"), "http://***@h");
  EXPECT_EQ(mask_proxy_url("http://h/@"), "http://h/@");
  EXPECT_EQ(mask_proxy_url("h:1"), "h:1");
}

}  // namespace
}  // namespace virga::http
